using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// UNSUBSCRIBE (MQTT 5.0 §3.10): the client no longer wants messages.
/// <code>
/// UNSUBSCRIBE = %xA2 length packetIdentifier [ properties ] 1*topicFilter    ; properties in MQTT 5.0 only
/// </code>
/// </summary>
public sealed record UnsubscribePacket : IEncodable
{
    /// <summary>Never 0.</summary>
    public required ushort PacketIdentifier { get; init; }

    /// <summary>At least one (MQTT-3.10.3-2), as they were subscribed.</summary>
    public required IReadOnlyList<string> TopicFilters { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => ((byte)MqttPacketType.Unsubscribe << 4) | 0b0010;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static UnsubscribePacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetIdentifier = reader.ReadPacketIdentifier();
        List<MqttUserProperty>? userProperties = null;
        if (version == MqttProtocolVersion.V5)
        {
            var properties = reader.ReadProperties();
            var seen = default(PropertySet);
            while (properties.TryReadProperty(PropertySet.Unsubscribe, ref seen, out _))
                properties.AddUserProperty(ref userProperties);
        }
        var filters = new List<string>();
        while (!reader.AtEnd)
        {
            var filter = reader.ReadString();
            Check(filter);
            filters.Add(filter);
        }
        return new UnsubscribePacket
        {
            PacketIdentifier = packetIdentifier,
            UserProperties = userProperties ?? ReasonProperties.None.UserProperties,
            TopicFilters = filters.Count > 0 ? filters : throw NoFilters(),
        };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        if (TopicFilters.Count == 0)
            throw NoFilters();
        writer.WritePacketIdentifier(PacketIdentifier);
        if (version == MqttProtocolVersion.V5)
        {
            var start = writer.BeginProperties();
            writer.WriteUserProperties(UserProperties);
            writer.EndProperties(start);
        }
        foreach (var filter in TopicFilters)
        {
            Check(filter);
            writer.WriteString(filter);
        }
    }

    private static void Check(string filter)
    {
        if (MqttTopic.ValidateFilter(filter) is { } fault)
            throw new MqttProtocolException(MqttReasonCode.TopicFilterInvalid, "MQTT 5.0 §4.7", fault);
    }

    private static MqttProtocolException NoFilters() => MqttProtocolException.Error("MQTT-3.10.3-2", "UNSUBSCRIBE without a topic filter");
}
