namespace CloudKick.LocalCloud;

/// <summary>
/// Rates that LocalCloud enforces as AWS IoT Core does. Null is no limit. A rate may be used up at once and then comes back
/// evenly: 100 a second is 100 now, and one more every 10 ms. AWS does not say how it measures.
/// </summary>
public sealed record LocalCloudQuotas
{
    /// <summary>AWS IoT Core's quotas of an account that asked for no others.</summary>
    public static readonly LocalCloudQuotas Aws = new()
    {
        PublishesPerConnection = 100,
        BytesPerConnection = 512 * 1024,
        ConnectsPerClientId = 1,
        Connects = 500,
        InboundPublishes = 20_000,
        OutboundPublishes = 20_000,
        Subscriptions = 500,
        StoredMessages = 500,
        StoredMessagesPerConnection = 10,
    };

    /// <summary>No rate is limited.</summary>
    public static readonly LocalCloudQuotas None = new();

    /// <summary>
    /// Messages a second on one connection, those that it publishes and those that it is sent together. What is more is
    /// discarded: no PUBACK, no delivery, whatever its quality of service.
    /// </summary>
    public int? PublishesPerConnection { get; init; }

    /// <summary>Bytes a second on one connection, both ways together. What is more waits.</summary>
    public int? BytesPerConnection { get; init; }

    /// <summary>CONNECTs a second with one client id. What is more is refused: 0x97 in MQTT 5, closed without CONNACK in 3.1.1.</summary>
    public int? ConnectsPerClientId { get; init; }

    /// <summary>CONNECTs a second of the account. What is more is refused as for <see cref="ConnectsPerClientId"/>.</summary>
    public int? Connects { get; init; }

    /// <summary>Messages a second that the account's clients publish, over HTTPS too. What is more is discarded; over HTTPS it is 429.</summary>
    public int? InboundPublishes { get; init; }

    /// <summary>Messages a second that the account's clients are sent. What is more is discarded.</summary>
    public int? OutboundPublishes { get; init; }

    /// <summary>Topic filters a second in the SUBSCRIBEs of the account's clients. What is more is refused in SUBACK (0x97; 0x80 in 3.1.1).</summary>
    public int? Subscriptions { get; init; }

    /// <summary>QoS 1 messages a second that are stored for absent clients of the account. What is more is discarded.</summary>
    public int? StoredMessages { get; init; }

    /// <summary>
    /// Messages a second that a client gets of those that waited for it while it was absent; they come once a second, that
    /// many together. What is published meanwhile comes after them.
    /// </summary>
    public int? StoredMessagesPerConnection { get; init; }
}
