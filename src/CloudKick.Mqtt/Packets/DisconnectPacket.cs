using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// DISCONNECT (MQTT 5.0 §3.14): the last packet of a connection; in MQTT 3.1.1 from the client only.
/// <code>
/// DISCONNECT = %xE0 length [ reasonCode [ properties ] ]    ; MQTT 3.1.1: %xE0 %x00
/// </code>
/// </summary>
public sealed record DisconnectPacket : IEncodable
{
    /// <summary>Default <see cref="MqttReasonCode.Success"/>: normal, no will. MQTT 3.1.1 knows no other.</summary>
    public MqttReasonCode ReasonCode { get; init; }

    /// <summary>From the client only: a new expiry of the session in seconds, not from 0 to more (§3.14.2.2.2).</summary>
    public uint? SessionExpiryInterval { get; init; }

    /// <summary>For people, MQTT 5.0 only.</summary>
    public string? ReasonString { get; init; }

    /// <summary>From the server only: another server to use (§3.14.2.2.5).</summary>
    public string? ServerReference { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => (byte)MqttPacketType.Disconnect << 4;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static DisconnectPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var packet = new DisconnectPacket();
        if (version == MqttProtocolVersion.V5 && !reader.AtEnd)
        {
            packet = packet with { ReasonCode = ReasonCodes.Check(MqttPacketType.Disconnect, reader.ReadByte()) };
            if (!reader.AtEnd)
                packet = ReadProperties(ref reader, packet);
        }
        reader.ExpectEnd(MqttPacketType.Disconnect);
        return packet;
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        var hasProperties = SessionExpiryInterval is not null || ReasonString is not null || ServerReference is not null || UserProperties.Count > 0;
        if (version == MqttProtocolVersion.V311 || (ReasonCode == MqttReasonCode.Success && !hasProperties))
            return;
        writer.WriteByte((byte)ReasonCode);
        if (!hasProperties)
            return;
        var start = writer.BeginProperties();
        writer.WriteProperty(PropertyIdentifier.SessionExpiryInterval, SessionExpiryInterval);
        writer.WriteProperty(PropertyIdentifier.ReasonString, ReasonString);
        writer.WriteProperty(PropertyIdentifier.ServerReference, ServerReference);
        writer.WriteUserProperties(UserProperties);
        writer.EndProperties(start);
    }

    private static DisconnectPacket ReadProperties(ref MqttReader reader, DisconnectPacket packet)
    {
        var properties = reader.ReadProperties();
        List<MqttUserProperty>? userProperties = null;
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.Disconnect, ref seen, out var identifier))
        {
            switch (identifier)
            {
                case PropertyIdentifier.SessionExpiryInterval:
                    packet = packet with { SessionExpiryInterval = properties.ReadUInt32() };
                    break;
                case PropertyIdentifier.ReasonString:
                    packet = packet with { ReasonString = properties.ReadString() };
                    break;
                case PropertyIdentifier.ServerReference:
                    packet = packet with { ServerReference = properties.ReadString() };
                    break;
                default:
                    properties.AddUserProperty(ref userProperties);
                    break;
            }
        }
        return userProperties is null ? packet : packet with { UserProperties = userProperties };
    }
}
