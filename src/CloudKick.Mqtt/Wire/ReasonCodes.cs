namespace CloudKick.Mqtt.Wire;

/// <summary>Which reason codes may stand in which packet (MQTT 5.0 §3), and the return codes of MQTT 3.1.1.</summary>
internal static class ReasonCodes
{
    private static ReadOnlySpan<byte> ConnAck =>
    [
        0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F,
    ];

    private static ReadOnlySpan<byte> PubAck => [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];

    private static ReadOnlySpan<byte> PubRel => [0x00, 0x92];

    private static ReadOnlySpan<byte> SubAck => [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2];

    private static ReadOnlySpan<byte> UnsubAck => [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91];

    private static ReadOnlySpan<byte> Disconnect =>
    [
        0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B,
        0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
    ];

    private static ReadOnlySpan<byte> Auth => [0x00, 0x18, 0x19];

    public static MqttReasonCode Check(MqttPacketType type, byte code) => Allowed(type).Contains(code)
        ? (MqttReasonCode)code
        : throw MqttProtocolException.Malformed("MQTT 5.0 §2.4", $"Reason code 0x{code:X2} does not belong in {type}");

    /// <summary>MQTT 3.1.1 §3.2.2.3.</summary>
    public static MqttReasonCode FromConnectReturnCode(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        5 => MqttReasonCode.NotAuthorized,
        _ => throw MqttProtocolException.Malformed("MQTT 3.1.1 §3.2.2.3", $"Connect return code {code} is reserved"),
    };

    /// <summary>MQTT 3.1.1 §3.2.2.3; a failure that has no return code becomes 3, server unavailable.</summary>
    public static byte ToConnectReturnCode(MqttReasonCode code) => code switch
    {
        MqttReasonCode.Success => 0,
        MqttReasonCode.UnsupportedProtocolVersion => 1,
        MqttReasonCode.ClientIdentifierNotValid => 2,
        MqttReasonCode.BadUserNameOrPassword => 4,
        MqttReasonCode.NotAuthorized or MqttReasonCode.Banned or MqttReasonCode.BadAuthenticationMethod => 5,
        _ => 3,
    };

    private static ReadOnlySpan<byte> Allowed(MqttPacketType type) => type switch
    {
        MqttPacketType.ConnAck => ConnAck,
        MqttPacketType.PubAck or MqttPacketType.PubRec => PubAck,
        MqttPacketType.PubRel or MqttPacketType.PubComp => PubRel,
        MqttPacketType.SubAck => SubAck,
        MqttPacketType.UnsubAck => UnsubAck,
        MqttPacketType.Disconnect => Disconnect,
        MqttPacketType.Auth => Auth,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Carries no reason code"),
    };
}
