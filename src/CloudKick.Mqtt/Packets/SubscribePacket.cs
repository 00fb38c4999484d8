using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// SUBSCRIBE (MQTT 5.0 §3.8): the client asks for messages.
/// <code>
/// SUBSCRIBE = %x82 length packetIdentifier [ properties ] 1*( topicFilter options )
/// options   = 2bits(0) 2bits(retainHandling) retainAsPublished noLocal 2bits(maximumQoS)    ; MQTT 3.1.1: maximumQoS alone
/// </code>
/// </summary>
public sealed record SubscribePacket : IEncodable
{
    private const int NoLocal = 0b0000_0100;
    private const int RetainAsPublished = 0b0000_1000;
    private const int RetainHandlingShift = 4;

    /// <summary>Never 0.</summary>
    public required ushort PacketIdentifier { get; init; }

    /// <summary>At least one (MQTT-3.8.3-2).</summary>
    public required IReadOnlyList<MqttSubscription> Subscriptions { get; init; }

    /// <summary>Comes back with every message these subscriptions deliver; 1 to 268,435,455. MQTT 5.0 only (§3.8.2.1.2).</summary>
    public uint? SubscriptionIdentifier { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => ((byte)MqttPacketType.Subscribe << 4) | 0b0010;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static SubscribePacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetIdentifier = reader.ReadPacketIdentifier();
        uint? subscriptionIdentifier = null;
        List<MqttUserProperty>? userProperties = null;
        if (version == MqttProtocolVersion.V5)
        {
            var properties = reader.ReadProperties();
            var seen = default(PropertySet);
            while (properties.TryReadProperty(PropertySet.Subscribe, ref seen, out var identifier))
            {
                if (identifier == PropertyIdentifier.SubscriptionIdentifier)
                    subscriptionIdentifier = properties.ReadSubscriptionIdentifier();
                else
                    properties.AddUserProperty(ref userProperties);
            }
        }
        var subscriptions = new List<MqttSubscription>();
        while (!reader.AtEnd)
            subscriptions.Add(ReadSubscription(ref reader, version));
        return new SubscribePacket
        {
            PacketIdentifier = packetIdentifier,
            SubscriptionIdentifier = subscriptionIdentifier,
            UserProperties = userProperties ?? ReasonProperties.None.UserProperties,
            Subscriptions = subscriptions.Count > 0 ? subscriptions : throw NoSubscriptions(),
        };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        if (Subscriptions.Count == 0)
            throw NoSubscriptions();
        writer.WritePacketIdentifier(PacketIdentifier);
        if (version == MqttProtocolVersion.V5)
        {
            var start = writer.BeginProperties();
            if (SubscriptionIdentifier is { } identifier)
                writer.WriteSubscriptionIdentifier(identifier);
            writer.WriteUserProperties(UserProperties);
            writer.EndProperties(start);
        }
        foreach (var subscription in Subscriptions)
        {
            Check(subscription);
            writer.WriteString(subscription.TopicFilter);
            writer.WriteByte(GetOptions(subscription, version));
        }
    }

    private static byte GetOptions(MqttSubscription subscription, MqttProtocolVersion version) => version == MqttProtocolVersion.V311
        ? (byte)subscription.MaximumQualityOfService
        : (byte)((byte)subscription.MaximumQualityOfService
            | (subscription.NoLocal ? NoLocal : 0)
            | (subscription.RetainAsPublished ? RetainAsPublished : 0)
            | ((byte)subscription.RetainHandling << RetainHandlingShift));

    private static MqttSubscription ReadSubscription(ref MqttReader reader, MqttProtocolVersion version)
    {
        var filter = reader.ReadString();
        var options = reader.ReadByte();
        var reserved = version == MqttProtocolVersion.V5 ? 0b1100_0000 : 0b1111_1100;
        if ((options & reserved) != 0)
            throw MqttProtocolException.Malformed(version == MqttProtocolVersion.V5 ? "MQTT-3.8.3-5" : "MQTT-3-8.3-4", "Reserved subscription options are set");
        var subscription = new MqttSubscription(filter, (MqttQualityOfService)(options & 0b11))
        {
            NoLocal = (options & NoLocal) != 0,
            RetainAsPublished = (options & RetainAsPublished) != 0,
            RetainHandling = (MqttRetainHandling)((options >> RetainHandlingShift) & 0b11),
        };
        Check(subscription);
        return subscription;
    }

    private static void Check(MqttSubscription subscription)
    {
        if (MqttTopic.ValidateFilter(subscription.TopicFilter) is { } fault)
            throw new MqttProtocolException(MqttReasonCode.TopicFilterInvalid, "MQTT 5.0 §4.7", fault);
        if (subscription.MaximumQualityOfService > MqttQualityOfService.ExactlyOnce)
            throw MqttProtocolException.Error("MQTT 5.0 §3.8.3.1", "A subscription with QoS 3");
        if (subscription.RetainHandling > MqttRetainHandling.DoNotSend)
            throw MqttProtocolException.Error("MQTT 5.0 §3.8.3.1", "Retain Handling 3");
        if (subscription.NoLocal && subscription.TopicFilter.StartsWith(MqttTopic.SharedPrefix, StringComparison.Ordinal))
            throw MqttProtocolException.Error("MQTT-3.8.3-4", "No Local on a shared subscription");
    }

    private static MqttProtocolException NoSubscriptions() => MqttProtocolException.Error("MQTT-3.8.3-2", "SUBSCRIBE without a topic filter");
}
