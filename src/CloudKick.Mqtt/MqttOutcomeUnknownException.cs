namespace CloudKick.Mqtt;

/// <summary>
/// It was (or may have been) handed to the network and no acknowledgement came: the server may have it or not. Doing it again may make it
/// happen twice.
/// </summary>
public sealed class MqttOutcomeUnknownException : MqttException
{
    /// <summary>Creates the exception.</summary>
    public MqttOutcomeUnknownException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
