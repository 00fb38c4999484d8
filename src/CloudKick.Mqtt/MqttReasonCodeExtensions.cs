namespace CloudKick.Mqtt;

/// <summary>Questions a <see cref="MqttReasonCode"/> answers about itself.</summary>
public static class MqttReasonCodeExtensions
{
    /// <summary>Whether the code is a failure: 0x80 and above (MQTT 5.0 §2.4).</summary>
    public static bool IsFailure(this MqttReasonCode reasonCode) => (byte)reasonCode >= 0x80;

    /// <summary>Name and number for people and logs, such as <c>NotAuthorized (0x87)</c>.</summary>
    public static string Describe(this MqttReasonCode reasonCode) => $"{reasonCode} (0x{(byte)reasonCode:X2})";
}
