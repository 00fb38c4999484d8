using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// AUTH (MQTT 5.0 §3.15): a step of enhanced authentication. Does not exist in MQTT 3.1.1.
/// <code>
/// AUTH = %xF0 length [ reasonCode properties ]
/// </code>
/// </summary>
public sealed record AuthPacket : IEncodable
{
    /// <summary>Default <see cref="MqttReasonCode.Success"/>.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>Name of the authentication (§3.15.2.2.2).</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>What that authentication defines (§3.15.2.2.3).</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>For people.</summary>
    public string? ReasonString { get; init; }

    /// <summary>Empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => (byte)MqttPacketType.Auth << 4;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet, or the connection speaks MQTT 3.1.1.</exception>
    public static AuthPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        CheckVersion(version);
        var reader = new MqttReader(frame.Body);
        var packet = new AuthPacket();
        if (!reader.AtEnd)
        {
            packet = packet with { ReasonCode = ReasonCodes.Check(MqttPacketType.Auth, reader.ReadByte()) };
            packet = ReadProperties(ref reader, packet);
        }
        reader.ExpectEnd(MqttPacketType.Auth);
        return packet;
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire, or the connection speaks MQTT 3.1.1; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        CheckVersion(version);
        var hasProperties = AuthenticationMethod is not null || AuthenticationData is not null || ReasonString is not null || UserProperties.Count > 0;
        if (ReasonCode == MqttReasonCode.Success && !hasProperties)
            return;
        writer.WriteByte((byte)ReasonCode);
        var start = writer.BeginProperties();
        writer.WriteProperty(PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        writer.WriteProperty(PropertyIdentifier.AuthenticationData, AuthenticationData);
        writer.WriteProperty(PropertyIdentifier.ReasonString, ReasonString);
        writer.WriteUserProperties(UserProperties);
        writer.EndProperties(start);
    }

    private static void CheckVersion(MqttProtocolVersion version)
    {
        if (version != MqttProtocolVersion.V5)
            throw MqttProtocolException.Malformed("MQTT 3.1.1 §2.2.1", "AUTH exists in MQTT 5.0 only");
    }

    private static AuthPacket ReadProperties(ref MqttReader reader, AuthPacket packet)
    {
        var properties = reader.ReadProperties();
        List<MqttUserProperty>? userProperties = null;
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.Auth, ref seen, out var identifier))
        {
            switch (identifier)
            {
                case PropertyIdentifier.AuthenticationMethod:
                    packet = packet with { AuthenticationMethod = properties.ReadString() };
                    break;
                case PropertyIdentifier.AuthenticationData:
                    packet = packet with { AuthenticationData = properties.ReadBinary() };
                    break;
                case PropertyIdentifier.ReasonString:
                    packet = packet with { ReasonString = properties.ReadString() };
                    break;
                default:
                    properties.AddUserProperty(ref userProperties);
                    break;
            }
        }
        return userProperties is null ? packet : packet with { UserProperties = userProperties };
    }
}
