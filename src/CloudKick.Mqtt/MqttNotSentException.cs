namespace CloudKick.Mqtt;

/// <summary>No byte of it has been handed to the network: doing it again cannot make it happen twice.</summary>
public sealed class MqttNotSentException : MqttException
{
    /// <summary>Creates the exception.</summary>
    public MqttNotSentException(MqttNotSentReason reason, string message, Exception? innerException = null) : base(message, innerException)
    {
        Reason = reason;
    }

    /// <summary>Why.</summary>
    public MqttNotSentReason Reason { get; }
}
