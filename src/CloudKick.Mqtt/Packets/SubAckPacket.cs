using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// SUBACK (MQTT 5.0 §3.9): the server's answer to SUBSCRIBE.
/// <code>
/// SUBACK = %x90 length packetIdentifier [ properties ] 1*reasonCode    ; MQTT 3.1.1: no properties, codes 0, 1, 2 and 0x80
/// </code>
/// </summary>
public sealed record SubAckPacket : IEncodable
{
    /// <summary>The SUBSCRIBE it answers. Never 0.</summary>
    public required ushort PacketIdentifier { get; init; }

    /// <summary>One for each topic filter, in order (MQTT-3.9.3-1). To MQTT 3.1.1 every failure is 0x80.</summary>
    public required IReadOnlyList<MqttReasonCode> ReasonCodes { get; init; }

    /// <summary>For people, MQTT 5.0 only.</summary>
    public string? ReasonString { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => (byte)MqttPacketType.SubAck << 4;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static SubAckPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetIdentifier = reader.ReadPacketIdentifier();
        var properties = version == MqttProtocolVersion.V5 ? ReasonProperties.Read(ref reader) : ReasonProperties.None;
        var codes = new List<MqttReasonCode>();
        while (!reader.AtEnd)
        {
            var code = reader.ReadByte();
            if (version == MqttProtocolVersion.V311 && code is not (<= 2 or 0x80))
                throw MqttProtocolException.Malformed("MQTT-3.9.3-2", $"Return code 0x{code:X2} in SUBACK");
            codes.Add(Wire.ReasonCodes.Check(MqttPacketType.SubAck, code));
        }
        return new SubAckPacket
        {
            PacketIdentifier = packetIdentifier,
            ReasonString = properties.ReasonString,
            UserProperties = properties.UserProperties,
            ReasonCodes = codes.Count > 0 ? codes : throw MqttProtocolException.Malformed("MQTT-3.8.4-6", "SUBACK without a reason code"),
        };
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        writer.WritePacketIdentifier(PacketIdentifier);
        if (version == MqttProtocolVersion.V5)
            ReasonProperties.Write(ref writer, ReasonString, UserProperties);
        foreach (var code in ReasonCodes)
            writer.WriteByte((byte)(version == MqttProtocolVersion.V311 && code.IsFailure() ? MqttReasonCode.UnspecifiedError : code));
    }
}
