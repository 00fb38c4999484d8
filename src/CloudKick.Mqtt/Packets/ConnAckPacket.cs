using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// CONNACK (MQTT 5.0 §3.2, MQTT 3.1.1 §3.2): the server's answer to CONNECT, with its limits.
/// <code>
/// CONNACK = %x20 length sessionPresent reasonCode [ properties ]    ; properties in MQTT 5.0 only
/// </code>
/// </summary>
public sealed record ConnAckPacket : IEncodable
{
    /// <summary>The server still has the session. Never with a failure (MQTT-3.2.2-6).</summary>
    public bool SessionPresent { get; init; }

    /// <summary>In MQTT 3.1.1 translated from and to the return codes of its §3.2.2.3.</summary>
    public required MqttReasonCode ReasonCode { get; init; }

    /// <summary>Seconds; absent means what the client asked for (§3.2.2.3.2).</summary>
    public uint? SessionExpiryInterval { get; init; }

    /// <summary>Unacknowledged QoS 1 and 2 messages the server takes at once; absent is 65,535 (§3.2.2.3.3).</summary>
    public ushort? ReceiveMaximum { get; init; }

    /// <summary>Highest QoS the server takes, 0 or 1; absent is 2 (§3.2.2.3.4).</summary>
    public MqttQualityOfService? MaximumQualityOfService { get; init; }

    /// <summary>Absent is true (§3.2.2.3.5).</summary>
    public bool? RetainAvailable { get; init; }

    /// <summary>Bytes; absent is no limit (§3.2.2.3.6).</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>The client id to use from now on, when the client gave none (§3.2.2.3.7).</summary>
    public string? AssignedClientIdentifier { get; init; }

    /// <summary>Topic aliases the server accepts; absent is 0 (§3.2.2.3.8).</summary>
    public ushort? TopicAliasMaximum { get; init; }

    /// <summary>For people (§3.2.2.3.9).</summary>
    public string? ReasonString { get; init; }

    /// <summary>Empty by default (§3.2.2.3.10).</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    /// <summary>Absent is true (§3.2.2.3.11).</summary>
    public bool? WildcardSubscriptionAvailable { get; init; }

    /// <summary>Absent is true (§3.2.2.3.12).</summary>
    public bool? SubscriptionIdentifiersAvailable { get; init; }

    /// <summary>Absent is true (§3.2.2.3.13).</summary>
    public bool? SharedSubscriptionAvailable { get; init; }

    /// <summary>Seconds; replaces the client's keep-alive (§3.2.2.3.14).</summary>
    public ushort? ServerKeepAlive { get; init; }

    /// <summary>Basis for response topics (§3.2.2.3.15).</summary>
    public string? ResponseInformation { get; init; }

    /// <summary>Another server to use (§3.2.2.3.16).</summary>
    public string? ServerReference { get; init; }

    /// <summary>Name of an enhanced authentication (§3.2.2.3.17).</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>What that authentication defines (§3.2.2.3.18).</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    byte IEncodable.FirstByte => (byte)MqttPacketType.ConnAck << 4;

    /// <summary>Reads the packet out of its frame.</summary>
    /// <exception cref="MqttProtocolException">The frame holds something else than this packet.</exception>
    public static ConnAckPacket Decode(in MqttFrame frame, MqttProtocolVersion version)
    {
        var reader = new MqttReader(frame.Body);
        var flags = reader.ReadByte();
        if (flags > 1)
            throw MqttProtocolException.Malformed("MQTT-3.2.2-1", "Reserved flags of CONNACK are set");
        var code = reader.ReadByte();
        var packet = new ConnAckPacket
        {
            SessionPresent = flags == 1,
            ReasonCode = version == MqttProtocolVersion.V5
                ? ReasonCodes.Check(MqttPacketType.ConnAck, code)
                : ReasonCodes.FromConnectReturnCode(code),
        };
        if (packet.SessionPresent && packet.ReasonCode != MqttReasonCode.Success)
            throw MqttProtocolException.Error("MQTT-3.2.2-6", "CONNACK refuses and says that there is a session");
        if (version == MqttProtocolVersion.V5)
            packet = ReadProperties(ref reader, packet);
        reader.ExpectEnd(MqttPacketType.ConnAck);
        return packet;
    }

    /// <summary>Writes the whole packet.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output, MqttProtocolVersion version) => PacketEncoder.Encode(this, output, version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        if (SessionPresent && ReasonCode != MqttReasonCode.Success)
            throw MqttProtocolException.Error("MQTT-3.2.2-6", "CONNACK refuses and says that there is a session");
        writer.WriteByte(SessionPresent ? (byte)1 : (byte)0);
        if (version == MqttProtocolVersion.V311)
        {
            writer.WriteByte(ReasonCodes.ToConnectReturnCode(ReasonCode));
            return;
        }
        writer.WriteByte((byte)ReasonCode);
        var start = writer.BeginProperties();
        writer.WriteProperty(PropertyIdentifier.SessionExpiryInterval, SessionExpiryInterval);
        writer.WriteProperty(PropertyIdentifier.ReceiveMaximum, ReceiveMaximum);
        writer.WriteProperty(PropertyIdentifier.MaximumQoS, MaximumQualityOfService is { } quality ? quality == MqttQualityOfService.AtLeastOnce : null);
        writer.WriteProperty(PropertyIdentifier.RetainAvailable, RetainAvailable);
        writer.WriteProperty(PropertyIdentifier.MaximumPacketSize, MaximumPacketSize);
        writer.WriteProperty(PropertyIdentifier.AssignedClientIdentifier, AssignedClientIdentifier);
        writer.WriteProperty(PropertyIdentifier.TopicAliasMaximum, TopicAliasMaximum);
        writer.WriteProperty(PropertyIdentifier.ReasonString, ReasonString);
        writer.WriteProperty(PropertyIdentifier.WildcardSubscriptionAvailable, WildcardSubscriptionAvailable);
        writer.WriteProperty(PropertyIdentifier.SubscriptionIdentifierAvailable, SubscriptionIdentifiersAvailable);
        writer.WriteProperty(PropertyIdentifier.SharedSubscriptionAvailable, SharedSubscriptionAvailable);
        writer.WriteProperty(PropertyIdentifier.ServerKeepAlive, ServerKeepAlive);
        writer.WriteProperty(PropertyIdentifier.ResponseInformation, ResponseInformation);
        writer.WriteProperty(PropertyIdentifier.ServerReference, ServerReference);
        writer.WriteProperty(PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        writer.WriteProperty(PropertyIdentifier.AuthenticationData, AuthenticationData);
        writer.WriteUserProperties(UserProperties);
        writer.EndProperties(start);
    }

    private static ConnAckPacket ReadProperties(ref MqttReader reader, ConnAckPacket packet)
    {
        var properties = reader.ReadProperties();
        List<MqttUserProperty>? userProperties = null;
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.ConnAck, ref seen, out var identifier))
        {
            packet = identifier switch
            {
                PropertyIdentifier.SessionExpiryInterval => packet with { SessionExpiryInterval = properties.ReadUInt32() },
                PropertyIdentifier.ReceiveMaximum => packet with { ReceiveMaximum = properties.ReadNonZeroUInt16(identifier) },
                PropertyIdentifier.MaximumQoS => packet with { MaximumQualityOfService = (MqttQualityOfService)(properties.ReadFlag(identifier) ? 1 : 0) },
                PropertyIdentifier.RetainAvailable => packet with { RetainAvailable = properties.ReadFlag(identifier) },
                PropertyIdentifier.MaximumPacketSize => packet with { MaximumPacketSize = properties.ReadNonZeroUInt32(identifier) },
                PropertyIdentifier.AssignedClientIdentifier => packet with { AssignedClientIdentifier = properties.ReadString() },
                PropertyIdentifier.TopicAliasMaximum => packet with { TopicAliasMaximum = properties.ReadUInt16() },
                PropertyIdentifier.ReasonString => packet with { ReasonString = properties.ReadString() },
                PropertyIdentifier.WildcardSubscriptionAvailable => packet with { WildcardSubscriptionAvailable = properties.ReadFlag(identifier) },
                PropertyIdentifier.SubscriptionIdentifierAvailable => packet with { SubscriptionIdentifiersAvailable = properties.ReadFlag(identifier) },
                PropertyIdentifier.SharedSubscriptionAvailable => packet with { SharedSubscriptionAvailable = properties.ReadFlag(identifier) },
                PropertyIdentifier.ServerKeepAlive => packet with { ServerKeepAlive = properties.ReadUInt16() },
                PropertyIdentifier.ResponseInformation => packet with { ResponseInformation = properties.ReadString() },
                PropertyIdentifier.ServerReference => packet with { ServerReference = properties.ReadString() },
                PropertyIdentifier.AuthenticationMethod => packet with { AuthenticationMethod = properties.ReadString() },
                PropertyIdentifier.AuthenticationData => packet with { AuthenticationData = properties.ReadBinary() },
                _ => WithUserProperty(ref properties, packet, ref userProperties),
            };
        }
        return userProperties is null ? packet : packet with { UserProperties = userProperties };
    }

    private static ConnAckPacket WithUserProperty(ref MqttReader properties, ConnAckPacket packet, ref List<MqttUserProperty>? userProperties)
    {
        properties.AddUserProperty(ref userProperties);
        return packet;
    }
}
