namespace CloudKick.Relay.Presence;

/// <summary>Hands over an event; waits while there is no room.</summary>
/// <returns>
/// Completes with true when the event is in the database, with false when the database refuses it for what it is, and not at all when the
/// node stops before.
/// </returns>
internal delegate ValueTask<Task<bool>> PresenceDelivery(PresenceEvent next, CancellationToken cancellationToken);

/// <summary>Where presence events come from: the cloud's MQTT topics, or a queue that its rules fill.</summary>
internal interface IPresenceSource
{
    /// <summary>Why no events come, for the operator; null while they can.</summary>
    string? Fault { get; }

    /// <summary>Delivers events until stopped.</summary>
    Task RunAsync(PresenceDelivery deliver, CancellationToken stoppingToken);
}
