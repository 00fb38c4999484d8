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

    /// <summary>
    /// The server ended the connection in good order before it acknowledged: with DISCONNECT, or without a word, as AWS IoT does when a
    /// policy forbids what was sent. False when time passed, the caller cancelled or the network failed.
    /// </summary>
    public bool ClosedByServer { get; init; }

    /// <summary>What the server's DISCONNECT gave as its reason, when there was one.</summary>
    public MqttReasonCode? ReasonCode { get; init; }
}
