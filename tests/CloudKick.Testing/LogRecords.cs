using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CloudKick.Testing;

/// <summary>One line of a log, as every sink could see it: the text, the values it was made of, and the scopes around it.</summary>
public sealed record LogRecord(string Category, LogLevel Level, EventId EventId, string Message, string Details);

/// <summary>Keeps everything that is logged.</summary>
public sealed class LogRecords : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogRecord> _records = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <summary>What was logged so far, oldest first.</summary>
    public IReadOnlyCollection<LogRecord> All => _records;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string Text(object? value) => value is IEnumerable<KeyValuePair<string, object?>> pairs
        ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}"))
        : value?.ToString() ?? "";

    private sealed class Logger(LogRecords records, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => records._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var details = new List<string> { Text(state) };
            records._scopes.ForEachScope((scope, texts) => texts.Add(Text(scope)), details);
            details.Add(exception?.ToString() ?? "");
            records._records.Enqueue(new LogRecord(category, logLevel, eventId, formatter(state, exception), string.Join(" | ", details)));
        }
    }
}
