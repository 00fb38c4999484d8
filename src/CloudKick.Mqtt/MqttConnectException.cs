namespace CloudKick.Mqtt;

/// <summary>No MQTT connection came about. The message says why in words that help.</summary>
public sealed class MqttConnectException : MqttException
{
    /// <summary>Creates the exception.</summary>
    public MqttConnectException(MqttConnectFailure failure, string message, Exception? innerException = null, MqttReasonCode? reasonCode = null)
        : base(message, innerException)
    {
        Failure = failure;
        ReasonCode = reasonCode;
    }

    /// <summary>How far it came.</summary>
    public MqttConnectFailure Failure { get; }

    /// <summary>The server's reason, when it gave one.</summary>
    public MqttReasonCode? ReasonCode { get; }

    /// <summary>See <see cref="MqttConnectionChange.IsRefusal"/>.</summary>
    public bool IsRefusal => ReasonCode?.IsRefusal() ?? (Failure == MqttConnectFailure.ClosedBeforeConnAck && OverTls);

    internal bool OverTls { get; init; }
}
