namespace CloudKick.Mqtt;

/// <summary>Questions a <see cref="MqttReasonCode"/> answers about itself.</summary>
public static class MqttReasonCodeExtensions
{
    /// <summary>Whether the code is a failure: 0x80 and above (MQTT 5.0 §2.4).</summary>
    public static bool IsFailure(this MqttReasonCode reasonCode) => (byte)reasonCode >= 0x80;

    /// <summary>Whether it says that this client may not do this: asking again is answered the same until somebody changes something.</summary>
    public static bool IsRefusal(this MqttReasonCode reasonCode) => reasonCode
        is MqttReasonCode.NotAuthorized or MqttReasonCode.BadUserNameOrPassword or MqttReasonCode.ClientIdentifierNotValid
        or MqttReasonCode.Banned or MqttReasonCode.BadAuthenticationMethod;

    /// <summary>Name and number for people and logs, such as <c>NotAuthorized (0x87)</c>.</summary>
    public static string Describe(this MqttReasonCode reasonCode) => $"{reasonCode} (0x{(byte)reasonCode:X2})";
}
