using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// UNSUBACK (MQTT 5.0 §3.11): the server's answer to UNSUBSCRIBE.
/// <code>
/// UNSUBACK = %xB0 length packetIdentifier [ properties 1*reasonCode ]    ; MQTT 3.1.1: packetIdentifier alone
/// </code>
/// </summary>
public sealed record UnsubAckPacket : IEncodable
{
    /// <summary>The UNSUBSCRIBE it answers. Never 0.</summary>
    public required ushort PacketIdentifier { get; init; }

    /// <summary>One for each topic filter, in order (MQTT-3.11.3-1); empty in MQTT 3.1.1, where UNSUBACK means that all went well.</summary>
    public IReadOnlyList<MqttReasonCode> ReasonCodes { get; init; } = [];

    /// <summary>For people, MQTT 5.0 only.</summary>
    public string? ReasonString { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => (byte)MqttPacketType.UnsubAck << 4;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static UnsubAckPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetIdentifier = reader.ReadPacketIdentifier();
        var properties = ReasonProperties.None;
        var codes = new List<MqttReasonCode>();
        if (version == MqttProtocolVersion.V5)
        {
            properties = ReasonProperties.Read(ref reader);
            while (!reader.AtEnd)
                codes.Add(Wire.ReasonCodes.Check(MqttPacketType.UnsubAck, reader.ReadByte()));
            if (codes.Count == 0)
                throw MqttProtocolException.Malformed("MQTT-3.11.3-1", "UNSUBACK without a reason code");
        }
        reader.ExpectEnd(MqttPacketType.UnsubAck);
        return new UnsubAckPacket
        {
            PacketIdentifier = packetIdentifier,
            ReasonCodes = codes,
            ReasonString = properties.ReasonString,
            UserProperties = properties.UserProperties,
        };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        writer.WritePacketIdentifier(PacketIdentifier);
        if (version == MqttProtocolVersion.V311)
            return;
        ReasonProperties.Write(ref writer, ReasonString, UserProperties);
        foreach (var code in ReasonCodes)
            writer.WriteByte((byte)code);
    }
}
