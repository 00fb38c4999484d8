using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// PUBLISH (MQTT 5.0 §3.3): a message on its way, in either direction.
/// <code>
/// PUBLISH = ( %x3 DUP QoS RETAIN ) length topicName [ packetIdentifier ] [ properties ] payload
///           ; packetIdentifier only with QoS 1 and 2, properties only in MQTT 5.0
/// </code>
/// </summary>
public sealed record PublishPacket
{
    /// <summary>Not 0 with QoS 1 and 2; 0 with QoS 0.</summary>
    public ushort PacketIdentifier { get; init; }

    /// <summary>Perhaps sent before (MQTT-3.3.1-1). Never with QoS 0.</summary>
    public bool Duplicate { get; init; }

    /// <summary>The message itself; its topic may be empty only where <see cref="TopicAlias"/> stands for it.</summary>
    public required MqttMessage Message { get; init; }

    /// <summary>Stands for, or defines, a topic on this connection; not 0. MQTT 5.0 only (§3.3.2.3.4).</summary>
    public ushort? TopicAlias { get; init; }

    /// <summary>From the server only: identifiers of the subscriptions that matched, 1 to 268,435,455. MQTT 5.0 only (§3.3.2.3.8).</summary>
    public IReadOnlyList<uint> SubscriptionIdentifiers { get; init; } = [];

    /// <summary>Reads the packet out of its frame; payload and binary properties are copied.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static PublishPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var qualityOfService = (MqttQualityOfService)((frame.Flags >> 1) & 0b11);
        var duplicate = (frame.Flags & 0b1000) != 0;
        if (qualityOfService > MqttQualityOfService.ExactlyOnce)
            throw MqttProtocolException.Malformed("MQTT-3.3.1-4", "PUBLISH with QoS 3");
        if (duplicate && qualityOfService == MqttQualityOfService.AtMostOnce)
            throw MqttProtocolException.Malformed("MQTT-3.3.1-2", "PUBLISH with QoS 0 and DUP");

        var reader = new MqttReader(frame.Body);
        var topic = reader.ReadString();
        var packetIdentifier = qualityOfService > MqttQualityOfService.AtMostOnce ? reader.ReadPacketIdentifier() : (ushort)0;
        var properties = default(MessageProperties);
        ushort? topicAlias = null;
        List<uint>? subscriptionIdentifiers = null;
        if (version == MqttProtocolVersion.V5)
            ReadProperties(ref reader, ref properties, ref topicAlias, ref subscriptionIdentifiers);
        PublishEncoding.CheckTopic(topic, topicAlias);
        return new PublishPacket
        {
            PacketIdentifier = packetIdentifier,
            Duplicate = duplicate,
            TopicAlias = topicAlias,
            SubscriptionIdentifiers = subscriptionIdentifiers ?? NoIdentifiers,
            Message = properties.ToMessage(topic, reader.ReadToEnd(), qualityOfService, (frame.Flags & 1) != 0),
        };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(ToEncoding(), output, version);

    /// <summary>Writes a message as a packet without making one.</summary>
    /// <param name="message">The message; its quality of service and retain flag are those of the packet.</param>
    /// <param name="packetIdentifier">Not 0 with QoS 1 and 2, else ignored.</param>
    /// <param name="duplicate">Whether it was perhaps sent before.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="version">The version the connection speaks.</param>
    /// <param name="maximumPacketSize">Bytes that the receiver accepts; default no limit of its own.</param>
    /// <returns>False, and nothing written, when the packet would be larger than <paramref name="maximumPacketSize"/>.</returns>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public static bool TryEncode(MqttMessage message, ushort packetIdentifier, bool duplicate, IBufferWriter<byte> output, MqttProtocolVersion version,
        int maximumPacketSize = MqttFrame.LargestPacket) =>
        PacketEncoder.TryEncode(new PublishEncoding(message, packetIdentifier, duplicate, null, NoIdentifiers), output, version, maximumPacketSize);

    /// <summary>Bytes that <see cref="Encode"/> will write.</summary>
    public int GetEncodedLength(MqttProtocolVersion version) => PacketEncoder.Measure(ToEncoding(), version);

    private static readonly IReadOnlyList<uint> NoIdentifiers = [];

    private PublishEncoding ToEncoding() => new(Message, PacketIdentifier, Duplicate, TopicAlias, SubscriptionIdentifiers);

    private static void ReadProperties(ref MqttReader reader, ref MessageProperties message, ref ushort? topicAlias, ref List<uint>? subscriptionIdentifiers)
    {
        var properties = reader.ReadProperties();
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.Publish, ref seen, out var identifier))
        {
            if (message.TryRead(ref properties, identifier))
                continue;
            if (identifier == PropertyIdentifier.SubscriptionIdentifier)
                (subscriptionIdentifiers ??= []).Add(properties.ReadSubscriptionIdentifier());
            else
                topicAlias = properties.ReadUInt16();
        }
    }
}
