namespace CloudKick.Mqtt;

/// <summary>One topic filter of a SUBSCRIBE with its options (MQTT 5.0 §3.8.3.1); 3.1.1 carries only the first two.</summary>
/// <param name="TopicFilter">See <see cref="MqttTopic.ValidateFilter"/>.</param>
/// <param name="MaximumQualityOfService">Messages come with this or their own quality of service, whichever is lower.</param>
public sealed record MqttSubscription(string TopicFilter, MqttQualityOfService MaximumQualityOfService)
{
    /// <summary>Do not send back what this client published. Not allowed on a shared subscription (MQTT-3.8.3-4).</summary>
    public bool NoLocal { get; init; }

    /// <summary>Keep the RETAIN flag as it was published.</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>Default: retained messages come at every SUBSCRIBE.</summary>
    public MqttRetainHandling RetainHandling { get; init; }
}
