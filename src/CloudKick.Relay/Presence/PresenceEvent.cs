namespace CloudKick.Relay.Presence;

/// <summary>A client connected to the cloud, or its connection ended. Events come doubled and out of order; the database sorts them.</summary>
/// <param name="ClientId">The MQTT client id: a terminal's thing name, or somebody else's.</param>
/// <param name="Connected">Connected, or not any more.</param>
/// <param name="Version">Rises with each connection of the client, and is shared by a connection's two events; starts again at 0 after an hour offline.</param>
/// <param name="Session">The connection's own identifier.</param>
/// <param name="At">When, roughly, by the cloud's clock.</param>
/// <param name="Reason">Why the connection ended, in the cloud's words.</param>
/// <param name="Address">Where the client connected from.</param>
/// <param name="Principal">As what: the id of its certificate. Null when the event does not tell.</param>
internal sealed record PresenceEvent(
    string ClientId, bool Connected, long Version, string Session, DateTimeOffset At, string? Reason, string? Address, string? Principal = null);
