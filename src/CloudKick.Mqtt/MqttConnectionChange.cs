namespace CloudKick.Mqtt;

/// <summary>A change of an <see cref="MqttClient"/>'s state, or news that belongs to it.</summary>
/// <param name="State">The state it is in now.</param>
/// <param name="Cause">Why, in a sentence for people.</param>
/// <param name="ReasonCode">The reason that went over the wire, in either direction, if one did.</param>
/// <param name="Exception">What stood behind it, if anything did.</param>
public sealed record MqttConnectionChange(MqttClientState State, string Cause, MqttReasonCode? ReasonCode = null, Exception? Exception = null);
