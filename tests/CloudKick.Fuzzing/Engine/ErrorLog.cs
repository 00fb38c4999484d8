using Microsoft.Extensions.Logging;

namespace CloudKick.Fuzzing.Engine;

/// <summary>A log that keeps the first error: what the product caught at its boundary and did not expect. Thread safe.</summary>
internal sealed class ErrorLog : ILogger, ILoggerProvider, ILoggerFactory
{
    private FuzzFault? _first;

    /// <summary>Throws the first error that was logged.</summary>
    /// <exception cref="FuzzFault">There is one.</exception>
    public void ThrowIfAny()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
            throw first;
    }

    /// <summary>What was logged so far does not count.</summary>
    public void Forget() => Interlocked.Exchange(ref _first, null);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Interlocked.CompareExchange(ref _first, new FuzzFault($"Logged as an error: {formatter(state, exception)}", exception), null);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
