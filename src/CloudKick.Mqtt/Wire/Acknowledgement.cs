namespace CloudKick.Mqtt.Wire;

/// <summary>
/// The one layout of PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5.0 §3.4–§3.7): packet identifier, then reason code and properties, which
/// may be left out when they say nothing. In MQTT 3.1.1 the identifier alone.
/// </summary>
internal readonly struct Acknowledgement(
    MqttPacketType type, ushort packetIdentifier, MqttReasonCode reasonCode, string? reasonString, IReadOnlyList<MqttUserProperty> userProperties) : IEncodable
{
    public ushort PacketIdentifier => packetIdentifier;

    public MqttReasonCode ReasonCode => reasonCode;

    public string? ReasonString => reasonString;

    public IReadOnlyList<MqttUserProperty> UserProperties => userProperties;

    public byte FirstByte => (byte)(((byte)type << 4) | (type == MqttPacketType.PubRel ? 0b0010 : 0));

    public static Acknowledgement Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packetIdentifier = reader.ReadPacketIdentifier();
        var reasonCode = MqttReasonCode.Success;
        var properties = ReasonProperties.None;
        if (version == MqttProtocolVersion.V5 && !reader.AtEnd)
        {
            reasonCode = ReasonCodes.Check(frame.Type, reader.ReadByte());
            if (!reader.AtEnd)
                properties = ReasonProperties.Read(ref reader);
        }
        reader.ExpectEnd(frame.Type);
        return new Acknowledgement(frame.Type, packetIdentifier, reasonCode, properties.ReasonString, properties.UserProperties);
    }

    public void WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        writer.WritePacketIdentifier(packetIdentifier);
        var hasProperties = reasonString is not null || userProperties.Count > 0;
        if (version == MqttProtocolVersion.V311 || (reasonCode == MqttReasonCode.Success && !hasProperties))
            return;
        writer.WriteByte((byte)reasonCode);
        if (hasProperties)
            ReasonProperties.Write(ref writer, reasonString, userProperties);
    }
}
