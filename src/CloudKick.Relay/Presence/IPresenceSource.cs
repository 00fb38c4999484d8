namespace CloudKick.Relay.Presence;

/// <summary>Where presence events come from: the cloud's MQTT topics, or a queue that its rules fill.</summary>
internal interface IPresenceSource
{
    /// <summary>
    /// Delivers events until stopped, one at a time. An event counts as taken, and may be acknowledged, when
    /// <paramref name="deliver"/> has returned; while it waits there is no room for more.
    /// </summary>
    Task RunAsync(Func<PresenceEvent, CancellationToken, ValueTask> deliver, CancellationToken stoppingToken);
}
