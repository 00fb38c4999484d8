using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Publishing;

/// <summary>Says when the pool of connections is what holds kicks up or turns them away: in the log once a minute, and in the health. Thread-safe.</summary>
internal sealed partial class PoolLimit(PublishingMetrics metrics, TimeProvider timeProvider, ILogger<PoolLimit> logger)
{
    // Shorter waits only spread a burst out.
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Seldom _log = new(Minute, timeProvider);
    private long _last;

    /// <summary>Whether it did within the last minute.</summary>
    public bool IsReached => Volatile.Read(ref _last) is not 0 and var last && timeProvider.GetElapsedTime(last) < Minute;

    /// <summary>A kick finds this wait before it on the least loaded connection.</summary>
    public void Report(TimeSpan wait, int connections)
    {
        if (wait < Noticeable)
            return;
        metrics.HeldBack();
        Note(connections);
    }

    /// <summary>A kick was not taken on, since it would have had to wait for too long.</summary>
    public void TurnedAway(int connections) => Note(connections);

    private void Note(int connections)
    {
        Volatile.Write(ref _last, timeProvider.GetTimestamp());
        if (_log.IsDue())
            LogReached(logger, connections);
    }

    [LoggerMessage(4223, LogLevel.Warning, "The {Connections} MQTT connections carry all that AWS IoT Core lets them, and kicks wait for their turn or are turned away: set more CloudKick:Mqtt:Connections, or CloudKick:Publishing:Transport Auto")]
    private static partial void LogReached(ILogger logger, int connections);
}
