using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>What the server said in CONNACK that it takes (MQTT 5.0 §3.2.2.3), with the specification's defaults.</summary>
internal sealed record ServerLimits(ConnAckPacket ConnAck)
{
    public int ReceiveMaximum => ConnAck.ReceiveMaximum ?? ushort.MaxValue;

    public int MaximumPacketSize => (int)Math.Min(ConnAck.MaximumPacketSize ?? int.MaxValue, MqttFrame.LargestPacket);

    /// <summary>Why this message cannot be sent to this server; null when it can.</summary>
    public string? Refuse(MqttMessage message)
    {
        if (message.QualityOfService > (ConnAck.MaximumQualityOfService ?? MqttQualityOfService.AtLeastOnce))
            return $"The server takes no QoS {(byte)message.QualityOfService} (MQTT-3.2.2-11)";
        return message.Retain && ConnAck.RetainAvailable == false ? "The server keeps no retained messages (MQTT-3.2.2-14)" : null;
    }

    /// <summary>Why this filter cannot be subscribed to on this server; null when it can.</summary>
    public string? Refuse(MqttSubscription subscription)
    {
        var filter = subscription.TopicFilter;
        if (ConnAck.SharedSubscriptionAvailable == false && filter.StartsWith(MqttTopic.SharedPrefix, StringComparison.Ordinal))
            return "The server has no shared subscriptions (MQTT 5.0 §3.2.2.3.13)";
        return ConnAck.WildcardSubscriptionAvailable == false && filter.AsSpan().ContainsAny('+', '#')
            ? "The server has no wildcard subscriptions (MQTT 5.0 §3.2.2.3.11)"
            : null;
    }
}
