namespace CloudKick.LocalCloud;

/// <summary>The connection's side of a session. Neither method may block or take locks of the session.</summary>
internal interface IReceiver
{
    /// <summary>QoS 1 messages that may be unacknowledged at once: the smaller of the client's Receive Maximum and the broker's.</summary>
    int Window { get; }

    /// <summary>Takes one of the rate at which messages come that waited for the client while it was absent.</summary>
    /// <returns>False if the rate is used up; <see cref="DeliveriesWaiting"/> is called again when there is more of it.</returns>
    bool MayTakeStored();

    /// <summary>There may be something to take.</summary>
    void DeliveriesWaiting();

    /// <summary>The client does not keep up: a QoS 1 message found no room. The connection has to go.</summary>
    void Overrun();
}
