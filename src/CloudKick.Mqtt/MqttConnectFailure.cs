namespace CloudKick.Mqtt;

/// <summary>How far a connection attempt came, and so where to look.</summary>
public enum MqttConnectFailure
{
    /// <summary>The host name has no address.</summary>
    Dns,

    /// <summary>The host answered that nobody listens on the port.</summary>
    Refused,

    /// <summary>No way to the host, or the connection was cut while it was made.</summary>
    Unreachable,

    /// <summary>No answer within the connect timeout.</summary>
    Timeout,

    /// <summary>TLS failed for another reason than those below.</summary>
    TlsHandshake,

    /// <summary>The server's certificate does not lead to a trusted root, is not for this name, or is out of date.</summary>
    TlsServerNotTrusted,

    /// <summary>The server does not speak the application protocol asked for, or ignored the question.</summary>
    AlpnMismatch,

    /// <summary>TLS was fine and then the server closed without a word: usually a certificate or policy it does not accept.</summary>
    ClosedBeforeConnAck,

    /// <summary>CONNACK with a reason code.</summary>
    RefusedByServer,

    /// <summary>The server's answer was not MQTT, or broke its rules.</summary>
    Protocol,
}
