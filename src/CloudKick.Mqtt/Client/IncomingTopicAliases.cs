using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>Topics the server has given numbers to on this connection (MQTT 5.0 §3.3.2.3.4).</summary>
internal sealed class IncomingTopicAliases(ushort maximum)
{
    private readonly Dictionary<ushort, string> _topics = [];

    /// <summary>The packet with its topic spelt out.</summary>
    /// <exception cref="MqttProtocolException">The alias is above the maximum, or stands for nothing.</exception>
    public PublishPacket Resolve(PublishPacket packet)
    {
        if (packet.TopicAlias is not { } alias)
            return packet;
        if (alias > maximum)
            throw new MqttProtocolException(MqttReasonCode.TopicAliasInvalid, "MQTT-3.3.2-9", $"Topic alias {alias}; at most {maximum} are accepted");
        if (packet.Message.Topic.Length > 0)
            _topics[alias] = packet.Message.Topic;
        else if (!_topics.TryGetValue(alias, out var topic))
            throw MqttProtocolException.Error("MQTT 5.0 §3.3.2.3.4", $"Topic alias {alias} stands for nothing yet");
        else
            return packet with { Message = packet.Message with { Topic = topic } };
        return packet;
    }
}
