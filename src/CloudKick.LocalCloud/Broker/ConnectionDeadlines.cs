namespace CloudKick.LocalCloud;

/// <summary>When a connection has lasted too long, or been silent for too long. Thread-safe.</summary>
/// <param name="limits">How long is too long.</param>
/// <param name="lifetime">The connection ends after it; null for none.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ConnectionDeadlines(BrokerLimits limits, TimeSpan? lifetime, TimeProvider timeProvider)
{
    private readonly long _openedAt = timeProvider.GetTimestamp();
    private long _lastReceivedAt = timeProvider.GetTimestamp();
    private long _closedAt;

    /// <summary>Whether the connection has had its time.</summary>
    public bool HasHadItsTime => lifetime is { } whole && timeProvider.GetElapsedTime(_openedAt) >= whole;

    /// <summary>Whether CONNECT should have come by now.</summary>
    public bool ConnectIsOverdue => timeProvider.GetElapsedTime(_openedAt) > limits.ConnectTimeout;

    /// <summary>Whether a connection that is being closed should have ended by now.</summary>
    public bool EndIsOverdue => Volatile.Read(ref _closedAt) is not 0 and var closedAt && timeProvider.GetElapsedTime(closedAt) > limits.CloseTimeout;

    /// <summary>A packet has come.</summary>
    public void Received() => Volatile.Write(ref _lastReceivedAt, timeProvider.GetTimestamp());

    /// <summary>The connection is being closed.</summary>
    public void Closing() => Volatile.Write(ref _closedAt, timeProvider.GetTimestamp());

    /// <summary>Whether nothing came for one and a half times the keep-alive (MQTT-3.1.2-22).</summary>
    public bool IsSilent(TimeSpan keepAlive) => timeProvider.GetElapsedTime(Volatile.Read(ref _lastReceivedAt)) > keepAlive * 1.5;
}
