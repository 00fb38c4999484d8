namespace CloudKick.Mqtt;

/// <summary>What the server publishes when the connection ends other than by a normal DISCONNECT (MQTT 5.0 §3.1.2.5).</summary>
/// <param name="Message">Topic, payload, quality of service, retain and properties of the will.</param>
public sealed record MqttWill(MqttMessage Message)
{
    /// <summary>Seconds between the end of the connection and the will, MQTT 5.0 only (§3.1.3.2.2). Default 0: at once.</summary>
    public uint DelayInterval { get; init; }
}
