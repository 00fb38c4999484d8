using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Wire;

/// <summary>CONNECT from its bytes (MQTT 5.0 §3.1).</summary>
internal static class ConnectDecoding
{
    public const string ProtocolName = "MQTT";
    public const int WillQualityOfServiceShift = 3;

    public static ConnectPacket Decode(in MqttFrame frame)
    {
        var reader = new MqttReader(frame.Body);
        var version = ReadVersion(ref reader);
        var flags = (ConnectFlags)reader.ReadByte();
        CheckFlags(flags, version);
        var packet = new ConnectPacket
        {
            Version = version,
            ClientIdentifier = string.Empty,
            CleanStart = flags.HasFlag(ConnectFlags.CleanStart),
            KeepAlive = reader.ReadUInt16(),
        };
        if (version == MqttProtocolVersion.V5)
            packet = ReadProperties(ref reader, packet);
        packet = packet with
        {
            ClientIdentifier = reader.ReadString(),
            Will = flags.HasFlag(ConnectFlags.Will) ? ReadWill(ref reader, version, flags) : null,
            UserName = flags.HasFlag(ConnectFlags.UserName) ? reader.ReadString() : null,
            Password = flags.HasFlag(ConnectFlags.Password) ? (ReadOnlyMemory<byte>?)reader.ReadBinary() : null,
        };
        reader.ExpectEnd(MqttPacketType.Connect);
        return packet;
    }

    private static MqttProtocolVersion ReadVersion(ref MqttReader reader)
    {
        var name = reader.ReadString();
        var level = reader.ReadByte();
        // Version 3.1 called itself MQIsdp.
        if (name is "MQIsdp")
            throw Unsupported("MQTT 3.1");
        if (name != ProtocolName)
            throw new MqttProtocolException(MqttReasonCode.UnsupportedProtocolVersion, "MQTT-3.1.2-1", "The protocol name is not MQTT");
        return (MqttProtocolVersion)level is MqttProtocolVersion.V311 or MqttProtocolVersion.V5
            ? (MqttProtocolVersion)level
            : throw Unsupported($"protocol level {level}");
    }

    private static MqttProtocolException Unsupported(string version) =>
        new(MqttReasonCode.UnsupportedProtocolVersion, "MQTT-3.1.2-2", $"The client speaks {version}, not MQTT 3.1.1 or 5.0");

    private static void CheckFlags(ConnectFlags flags, MqttProtocolVersion version)
    {
        if (flags.HasFlag(ConnectFlags.Reserved))
            throw MqttProtocolException.Malformed("MQTT-3.1.2-3", "The reserved flag of CONNECT is set");
        if (!flags.HasFlag(ConnectFlags.Will) && (flags & (ConnectFlags.WillQualityOfService | ConnectFlags.WillRetain)) != 0)
            throw MqttProtocolException.Malformed("MQTT-3.1.2-11, MQTT-3.1.2-13", "CONNECT has will flags without a will");
        if ((flags & ConnectFlags.WillQualityOfService) == ConnectFlags.WillQualityOfService)
            throw MqttProtocolException.Malformed("MQTT-3.1.2-12", "A will with QoS 3");
        if (version == MqttProtocolVersion.V311 && flags.HasFlag(ConnectFlags.Password) && !flags.HasFlag(ConnectFlags.UserName))
            throw MqttProtocolException.Malformed("MQTT-3.1.2-22", "MQTT 3.1.1 has no password without a user name");
    }

    private static ConnectPacket ReadProperties(ref MqttReader reader, ConnectPacket packet)
    {
        var properties = reader.ReadProperties();
        List<MqttUserProperty>? userProperties = null;
        var seen = default(PropertySet);
        while (properties.TryReadProperty(PropertySet.Connect, ref seen, out var identifier))
        {
            switch (identifier)
            {
                case PropertyIdentifier.SessionExpiryInterval:
                    packet = packet with { SessionExpiryInterval = properties.ReadUInt32() };
                    break;
                case PropertyIdentifier.ReceiveMaximum:
                    packet = packet with { ReceiveMaximum = properties.ReadNonZeroUInt16(identifier) };
                    break;
                case PropertyIdentifier.MaximumPacketSize:
                    packet = packet with { MaximumPacketSize = properties.ReadNonZeroUInt32(identifier) };
                    break;
                case PropertyIdentifier.TopicAliasMaximum:
                    packet = packet with { TopicAliasMaximum = properties.ReadUInt16() };
                    break;
                case PropertyIdentifier.RequestResponseInformation:
                    packet = packet with { RequestResponseInformation = properties.ReadFlag(identifier) };
                    break;
                case PropertyIdentifier.RequestProblemInformation:
                    packet = packet with { RequestProblemInformation = properties.ReadFlag(identifier) };
                    break;
                case PropertyIdentifier.AuthenticationMethod:
                    packet = packet with { AuthenticationMethod = properties.ReadString() };
                    break;
                case PropertyIdentifier.AuthenticationData:
                    packet = packet with { AuthenticationData = properties.ReadBinary() };
                    break;
                default:
                    properties.AddUserProperty(ref userProperties);
                    break;
            }
        }
        if (packet is { AuthenticationData: not null, AuthenticationMethod: null })
            throw MqttProtocolException.Error("MQTT 5.0 §3.1.2.11.10", "Authentication Data without Authentication Method");
        return userProperties is null ? packet : packet with { UserProperties = userProperties };
    }

    private static MqttWill ReadWill(ref MqttReader reader, MqttProtocolVersion version, ConnectFlags flags)
    {
        uint delayInterval = 0;
        var message = default(MessageProperties);
        if (version == MqttProtocolVersion.V5)
        {
            var properties = reader.ReadProperties();
            var seen = default(PropertySet);
            while (properties.TryReadProperty(PropertySet.Will, ref seen, out var identifier))
            {
                if (!message.TryRead(ref properties, identifier))
                    delayInterval = properties.ReadUInt32();
            }
        }
        var topic = reader.ReadString();
        if (MqttTopic.ValidateName(topic) is { } fault)
            throw new MqttProtocolException(MqttReasonCode.TopicNameInvalid, "MQTT-3.1.3-11", $"Will: {fault}");
        var qualityOfService = (MqttQualityOfService)((byte)(flags & ConnectFlags.WillQualityOfService) >> WillQualityOfServiceShift);
        return new MqttWill(message.ToMessage(topic, reader.ReadBinary(), qualityOfService, flags.HasFlag(ConnectFlags.WillRetain)))
        {
            DelayInterval = delayInterval,
        };
    }
}
