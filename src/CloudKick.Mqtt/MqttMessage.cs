namespace CloudKick.Mqtt;

/// <summary>
/// What an application sends or receives. Everything from <see cref="MessageExpiryInterval"/> on exists in MQTT 5.0 only (§3.3.2.3)
/// and is left out when the connection speaks 3.1.1.
/// </summary>
public sealed record MqttMessage
{
    /// <summary>Topic name, without wildcards; empty only in a received packet that carries a topic alias.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload; empty is valid. Memory given to a publish must not change until that publish has ended.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Default <see cref="MqttQualityOfService.AtMostOnce"/>.</summary>
    public MqttQualityOfService QualityOfService { get; init; }

    /// <summary>Sent: keep it for later subscribers. Received: it was kept (or, with Retain As Published, sent so).</summary>
    public bool Retain { get; init; }

    /// <summary>Lifetime in seconds; absent means it does not expire (§3.3.2.3.3).</summary>
    public uint? MessageExpiryInterval { get; init; }

    /// <summary>What the payload is, such as <c>application/json</c> (§3.3.2.3.9).</summary>
    public string? ContentType { get; init; }

    /// <summary>Where an answer goes; a topic name (§3.3.2.3.5).</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Ties an answer to its request; at most 65,535 bytes (§3.3.2.3.6).</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>True: the payload is UTF-8. False: unspecified, said explicitly. Absent: unspecified (§3.3.2.3.2). Not verified.</summary>
    public bool? PayloadFormatIndicator { get; init; }

    /// <summary>In the order sent; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];
}
