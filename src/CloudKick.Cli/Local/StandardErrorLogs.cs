using CloudKick.Cli.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CloudKick.Cli.Local;

/// <summary>The parts' logs on standard error, a line each, so that standard output stays the command's own.</summary>
internal sealed class StandardErrorLogs(Screen screen, LogLevel minimum) : ILoggerProvider
{
    private readonly Lock _line = new();

    private LogLevel Minimum => minimum;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var word = level switch { LogLevel.Warning => "[yellow]warning[/]", >= LogLevel.Error => "[red]error[/]", _ => "[grey]info[/]" };
        var cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
        lock (_line)
            screen.Error.MarkupLine($"{word} [grey]{category.EscapeMarkup()}[/] {(message + cause).EscapeMarkup()}");
    }

    private sealed class Logger(StandardErrorLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= logs.Minimum && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs.Write(logLevel, category, formatter(state, exception), exception);
        }
    }
}
