using CloudKick.Mqtt;

namespace CloudKick.Terminal;

/// <summary>The cloud does not let a terminal subscribe to its topic.</summary>
public sealed class TerminalSubscriptionException(string topicFilter, MqttReasonCode reasonCode)
    : Exception($"The cloud refused the subscription to {topicFilter}: {reasonCode}.")
{
    /// <summary>The topic.</summary>
    public string TopicFilter { get; } = topicFilter;

    /// <summary>The reason it gave.</summary>
    public MqttReasonCode ReasonCode { get; } = reasonCode;
}
