namespace CloudKick.Mqtt;

/// <summary>Bytes or packets that the specification does not allow: from the peer, or about to be sent to it.</summary>
public sealed class MqttProtocolException : MqttException
{
    /// <summary>Creates the exception for one violated clause.</summary>
    /// <param name="reasonCode">What DISCONNECT or CONNACK should say to the peer.</param>
    /// <param name="clause">The clause, as the specification writes it: <c>MQTT-3.3.1-4</c> or <c>MQTT 5.0 §2.2.2.2</c>.</param>
    /// <param name="message">What was wrong, for people.</param>
    public MqttProtocolException(MqttReasonCode reasonCode, string clause, string message) : base($"{message} [{clause}]")
    {
        ReasonCode = reasonCode;
        Clause = clause;
    }

    /// <summary>What DISCONNECT or CONNACK should say to the peer; always a failure.</summary>
    public MqttReasonCode ReasonCode { get; }

    /// <summary>The violated clause, as the specification writes it.</summary>
    public string Clause { get; }

    internal static MqttProtocolException Malformed(string clause, string message) => new(MqttReasonCode.MalformedPacket, clause, message);

    internal static MqttProtocolException Error(string clause, string message) => new(MqttReasonCode.ProtocolError, clause, message);
}
