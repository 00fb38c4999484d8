namespace CloudKick.Mqtt;

/// <summary>Why something was surely not sent.</summary>
public enum MqttNotSentReason
{
    /// <summary>There is no connection, or it ended while this was waiting.</summary>
    NotConnected,

    /// <summary>As many are waiting as <c>MaximumQueued</c> allows.</summary>
    QueueFull,

    /// <summary>The timeout passed while this was waiting for its turn.</summary>
    Timeout,

    /// <summary>The caller cancelled while this was waiting for its turn.</summary>
    Cancelled,

    /// <summary>Larger than the server's Maximum Packet Size.</summary>
    TooLarge,

    /// <summary>The server said at connect that it does not do this: quality of service, retain, wildcard or shared subscription.</summary>
    NotSupported,
}
