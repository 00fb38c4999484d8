namespace CloudKick.LocalCloud;

/// <summary>
/// What the broker allows a client. The defaults are AWS IoT Core's where AWS states one; what AWS leaves open says so.
/// </summary>
public sealed record BrokerLimits
{
    /// <summary>From the end of the TLS handshake to a whole CONNECT; then the connection is closed. LocalCloud's own. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>TLS handshakes that take longer are cut. LocalCloud's own. Default: 30 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection that is being closed may take to accept its last bytes. LocalCloud's own. Default: 5 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The keep-alive that a smaller one becomes. Default: 30 s.</summary>
    public TimeSpan MinimumKeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The keep-alive that a greater one, and none at all, becomes. Default: 1200 s.</summary>
    public TimeSpan MaximumKeepAlive { get; init; } = TimeSpan.FromSeconds(1200);

    /// <summary>How long a session may outlive its connection. Default: 1 h.</summary>
    public TimeSpan MaximumSessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest Message Expiry Interval; a longer one is cut to it. Default: 7 days.</summary>
    public TimeSpan MaximumMessageExpiry { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Unacknowledged QoS 1 messages per client, for each direction. Default: 100.</summary>
    public ushort ReceiveMaximum { get; init; } = 100;

    /// <summary>Topic aliases that a client may define. Default: 8.</summary>
    public ushort TopicAliasMaximum { get; init; } = 8;

    /// <summary>Longest payload, in bytes. Default: 128 KiB.</summary>
    public int MaximumPayload { get; init; } = 128 * 1024;

    /// <summary>Longest packet, in bytes, as CONNACK tells. AWS's figure is reported, not documented. Default: 146 KiB.</summary>
    public int MaximumPacketSize { get; init; } = 146 * 1024;

    /// <summary>Longest topic or filter, in bytes of UTF-8. Default: 256.</summary>
    public int MaximumTopicBytes { get; init; } = 256;

    /// <summary>Most slashes in a topic or filter; the two of <c>$share/group/</c> are free. Default: 7.</summary>
    public int MaximumTopicSlashes { get; init; } = 7;

    /// <summary>Longest client id, in bytes of UTF-8. Default: 128.</summary>
    public int MaximumClientIdBytes { get; init; } = 128;

    /// <summary>Filters in one SUBSCRIBE. Default: 8.</summary>
    public int MaximumFiltersPerSubscribe { get; init; } = 8;

    /// <summary>Subscriptions of one client. Default: 50.</summary>
    public int MaximumSubscriptions { get; init; } = 50;

    /// <summary>
    /// Messages that wait for one client, connected or not. When full: QoS 0 is dropped; QoS 1 for a connected client
    /// disconnects it (0x97); QoS 1 for an absent client is dropped. A publisher never waits. LocalCloud's own; wide enough
    /// for the lifecycle events of a whole fleet that comes or goes at once. Default: 25,000.
    /// </summary>
    public int MaximumQueuedMessages { get; init; } = 25_000;

    /// <summary>The same bound in bytes of topic and payload. LocalCloud's own. Default: 32 MiB.</summary>
    public long MaximumQueuedBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Retained messages; one more is refused (0x97). LocalCloud's own, AWS holds 500,000. Default: 10,000.</summary>
    public int MaximumRetainedMessages { get; init; } = 10_000;
}
