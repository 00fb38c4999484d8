using System.Diagnostics.Metrics;

namespace CloudKick.Relay.Presence;

/// <summary>What operators want to know of presence. Thread-safe.</summary>
internal sealed class PresenceMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "CloudKick.Relay.Presence";

    private readonly Counter<long> _received;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _queueFailures;

    public PresenceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _received = meter.CreateCounter<long>("cloudkick.presence.received", "{event}", "Lifecycle events that came and could be read");
        _malformed = meter.CreateCounter<long>("cloudkick.presence.malformed", "{event}", "Lifecycle events that could not be read");
        _refused = meter.CreateCounter<long>("cloudkick.presence.refused", "{event}", "Lifecycle events that the database refused");
        _applied = meter.CreateCounter<long>("cloudkick.presence.applied", "{event}", "Lifecycle events that were news about a terminal");
        _queueFailures = meter.CreateCounter<long>("cloudkick.presence.queue_failures", "{call}", "Calls of the presence queue that failed");
    }

    public void Received() => _received.Add(1);

    public void Malformed() => _malformed.Add(1);

    public void Refused() => _refused.Add(1);

    public void QueueFailed() => _queueFailures.Add(1);

    public void Applied(int events) => _applied.Add(events);
}
