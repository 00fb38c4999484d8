namespace CloudKick.Mqtt;

/// <summary>Everything this library throws on account of the peer, the network or the session; bad arguments are <see cref="ArgumentException"/>.</summary>
public abstract class MqttException : Exception
{
    private protected MqttException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
