namespace CloudKick.Relay.Publishing;

/// <summary>Says when the pool of connections is what holds kicks up: in a metric each time, in the log once a minute, and in the health. Thread-safe.</summary>
internal sealed partial class PoolLimit(PublishingMetrics metrics, TimeProvider timeProvider, ILogger<PoolLimit> logger)
{
    // Shorter waits only spread a burst out.
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private long _last;
    private long _logged;

    /// <summary>Whether it held kicks up within the last minute.</summary>
    public bool IsReached => Volatile.Read(ref _last) is not 0 and var last && timeProvider.GetElapsedTime(last) < LogEvery;

    /// <summary>A kick finds this wait before it on the least loaded connection.</summary>
    public void Report(TimeSpan wait, int connections)
    {
        if (wait < Noticeable)
            return;
        metrics.HeldBack();
        var now = timeProvider.GetTimestamp();
        Volatile.Write(ref _last, now);
        var logged = Volatile.Read(ref _logged);
        if ((logged == 0 || timeProvider.GetElapsedTime(logged, now) >= LogEvery) && Interlocked.CompareExchange(ref _logged, now, logged) == logged)
            LogReached(logger, connections, wait.TotalMilliseconds);
    }

    [LoggerMessage(4223, LogLevel.Warning, "The {Connections} MQTT connections carry all that AWS IoT Core lets them, and a kick waits {Milliseconds:0} ms for its turn: set more CloudKick:Mqtt:Connections, or CloudKick:Publishing:Transport Auto")]
    private static partial void LogReached(ILogger logger, int connections, double milliseconds);
}
