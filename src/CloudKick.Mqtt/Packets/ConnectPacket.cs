using System.Buffers;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Packets;

/// <summary>
/// CONNECT (MQTT 5.0 §3.1, MQTT 3.1.1 §3.1): the client opens a session. It names its own version, which all later packets speak.
/// <code>
/// CONNECT = %x10 length %x00.04 "MQTT" version connectFlags keepAlive [ properties ]
///           clientIdentifier [ [ willProperties ] willTopic willPayload ] [ userName ] [ password ]
/// </code>
/// </summary>
public sealed record ConnectPacket : IEncodable
{
    /// <summary>The version of the whole connection.</summary>
    public required MqttProtocolVersion Version { get; init; }

    /// <summary>May be empty: the server then chooses one (MQTT 5.0 §3.1.3.1) or refuses.</summary>
    public required string ClientIdentifier { get; init; }

    /// <summary>Forget an earlier session; in MQTT 3.1.1 also: keep none afterwards (Clean Session). Default true.</summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>Seconds; 0 switches it off.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>Published when the connection ends badly.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>Absent or UTF-8.</summary>
    public string? UserName { get; init; }

    /// <summary>At most 65,535 bytes. In MQTT 3.1.1 only together with <see cref="UserName"/> (MQTT-3.1.2-22).</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Seconds the session outlives the connection; absent is 0, 0xFFFFFFFF never expires (§3.1.2.11.2).</summary>
    public uint? SessionExpiryInterval { get; init; }

    /// <summary>Unacknowledged QoS 1 and 2 messages the client takes at once; absent is 65,535 (§3.1.2.11.3).</summary>
    public ushort? ReceiveMaximum { get; init; }

    /// <summary>Bytes; absent is no limit (§3.1.2.11.4).</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>Topic aliases the client accepts; absent is 0 (§3.1.2.11.5).</summary>
    public ushort? TopicAliasMaximum { get; init; }

    /// <summary>Absent is false (§3.1.2.11.6).</summary>
    public bool? RequestResponseInformation { get; init; }

    /// <summary>Absent is true (§3.1.2.11.7).</summary>
    public bool? RequestProblemInformation { get; init; }

    /// <summary>Name of an enhanced authentication (§3.1.2.11.9).</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>Only with <see cref="AuthenticationMethod"/> (§3.1.2.11.10).</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>MQTT 5.0 only; empty by default.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    byte IEncodable.FirstByte => (byte)MqttPacketType.Connect << 4;

    /// <summary>Reads the packet out of its frame and finds the version in it.</summary>
    /// <exception cref="MqttProtocolException">
    /// The frame holds something else than this packet; <see cref="MqttReasonCode.UnsupportedProtocolVersion"/> when it speaks neither 3.1.1 nor 5.0.
    /// </exception>
    public static ConnectPacket Decode(in MqttFrame frame) => ConnectDecoding.Decode(frame);

    /// <summary>Writes the whole packet in its own <see cref="Version"/>.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was written.</exception>
    public void Encode(IBufferWriter<byte> output) => PacketEncoder.Encode(this, output, Version);

    void IEncodable.WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        if (version == MqttProtocolVersion.V311 && Password is not null && UserName is null)
            throw MqttProtocolException.Error("MQTT-3.1.2-22", "MQTT 3.1.1 has no password without a user name");
        writer.WriteString(ConnectDecoding.ProtocolName);
        writer.WriteByte((byte)version);
        writer.WriteByte((byte)GetFlags());
        writer.WriteUInt16(KeepAlive);
        if (version == MqttProtocolVersion.V5)
            WriteProperties(ref writer);
        writer.WriteString(ClientIdentifier);
        if (Will is not null)
            WriteWill(ref writer, version, Will);
        if (UserName is not null)
            writer.WriteString(UserName);
        if (Password is { } password)
            writer.WriteBinary(password.Span);
    }

    private ConnectFlags GetFlags()
    {
        var flags = CleanStart ? ConnectFlags.CleanStart : 0;
        if (Will is not null)
        {
            flags |= ConnectFlags.Will | (ConnectFlags)((byte)Will.Message.QualityOfService << ConnectDecoding.WillQualityOfServiceShift);
            if (Will.Message.Retain)
                flags |= ConnectFlags.WillRetain;
        }
        if (UserName is not null)
            flags |= ConnectFlags.UserName;
        if (Password is not null)
            flags |= ConnectFlags.Password;
        return flags;
    }

    private void WriteProperties(ref MqttWriter writer)
    {
        if (AuthenticationMethod is null && AuthenticationData is not null)
            throw MqttProtocolException.Error("MQTT 5.0 §3.1.2.11.10", "Authentication Data without Authentication Method");
        var start = writer.BeginProperties();
        writer.WriteProperty(PropertyIdentifier.SessionExpiryInterval, SessionExpiryInterval);
        writer.WriteProperty(PropertyIdentifier.ReceiveMaximum, ReceiveMaximum);
        writer.WriteProperty(PropertyIdentifier.MaximumPacketSize, MaximumPacketSize);
        writer.WriteProperty(PropertyIdentifier.TopicAliasMaximum, TopicAliasMaximum);
        writer.WriteProperty(PropertyIdentifier.RequestResponseInformation, RequestResponseInformation);
        writer.WriteProperty(PropertyIdentifier.RequestProblemInformation, RequestProblemInformation);
        writer.WriteProperty(PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        writer.WriteProperty(PropertyIdentifier.AuthenticationData, AuthenticationData);
        writer.WriteUserProperties(UserProperties);
        writer.EndProperties(start);
    }

    private static void WriteWill(ref MqttWriter writer, MqttProtocolVersion version, MqttWill will)
    {
        var message = will.Message;
        if (MqttTopic.ValidateName(message.Topic) is { } fault)
            throw new MqttProtocolException(MqttReasonCode.TopicNameInvalid, "MQTT-3.1.3-11", $"Will: {fault}");
        if (version == MqttProtocolVersion.V5)
        {
            var start = writer.BeginProperties();
            writer.WriteProperty(PropertyIdentifier.WillDelayInterval, will.DelayInterval == 0 ? null : will.DelayInterval);
            MessageProperties.Write(ref writer, message);
            writer.EndProperties(start);
        }
        writer.WriteString(message.Topic);
        writer.WriteBinary(message.Payload.Span);
    }
}
