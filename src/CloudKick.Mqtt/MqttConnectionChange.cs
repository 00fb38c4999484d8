namespace CloudKick.Mqtt;

/// <summary>A change of an <see cref="MqttClient"/>'s state, or news that belongs to it.</summary>
/// <param name="State">The state it is in now.</param>
/// <param name="Cause">Why, in a sentence for people.</param>
/// <param name="ReasonCode">The reason that went over the wire, in either direction, if one did.</param>
/// <param name="Exception">What stood behind it, if anything did.</param>
public sealed record MqttConnectionChange(MqttClientState State, string Cause, MqttReasonCode? ReasonCode = null, Exception? Exception = null)
{
    /// <summary>
    /// Whether the server does not want this client: it said so, or, over TLS, closed before CONNACK, which is how AWS IoT shows that it
    /// does not take a certificate or that a policy forbids the connection (and what a server in trouble may look like too).
    /// </summary>
    public bool IsRefusal => ReasonCode?.IsRefusal() ?? Exception is MqttConnectException { IsRefusal: true };
}
