namespace CloudKick.Mqtt.Wire;

/// <summary>How a message becomes PUBLISH (MQTT 5.0 §3.3); a struct, so that publishing a message makes no object of it.</summary>
internal readonly struct PublishEncoding(
    MqttMessage message, ushort packetIdentifier, bool duplicate, ushort? topicAlias, IReadOnlyList<uint> subscriptionIdentifiers) : IEncodable
{
    public byte FirstByte => (byte)(((byte)MqttPacketType.Publish << 4)
        | (duplicate && message.QualityOfService > MqttQualityOfService.AtMostOnce ? 0b1000 : 0)
        | ((byte)message.QualityOfService << 1)
        | (message.Retain ? 1 : 0));

    public void WriteBody(ref MqttWriter writer, MqttProtocolVersion version)
    {
        if (message.QualityOfService > MqttQualityOfService.ExactlyOnce)
            throw MqttProtocolException.Malformed("MQTT-3.3.1-4", $"PUBLISH with QoS {(byte)message.QualityOfService}");
        CheckTopic(message.Topic, version == MqttProtocolVersion.V5 ? topicAlias : null);
        writer.WriteString(message.Topic);
        if (message.QualityOfService > MqttQualityOfService.AtMostOnce)
            writer.WritePacketIdentifier(packetIdentifier);
        if (version == MqttProtocolVersion.V5)
            WriteProperties(ref writer);
        writer.WriteBytes(message.Payload.Span);
    }

    public static void CheckTopic(string topic, ushort? topicAlias)
    {
        if (topicAlias == 0)
            throw new MqttProtocolException(MqttReasonCode.TopicAliasInvalid, "MQTT-3.3.2-8", "Topic alias 0");
        if (topic.Length == 0 && topicAlias is not null)
            return;
        if (topic.Length == 0)
            throw MqttProtocolException.Error("MQTT-4.7.3-1", "PUBLISH without a topic");
        if (topic.AsSpan().ContainsAny('+', '#'))
            throw new MqttProtocolException(MqttReasonCode.TopicNameInvalid, "MQTT-3.3.2-2", "PUBLISH to a topic with a wildcard");
    }

    private void WriteProperties(ref MqttWriter writer)
    {
        var start = writer.BeginProperties();
        MessageProperties.Write(ref writer, message);
        writer.WriteProperty(PropertyIdentifier.TopicAlias, topicAlias);
        for (var i = 0; i < subscriptionIdentifiers.Count; i++)
            writer.WriteSubscriptionIdentifier(subscriptionIdentifiers[i]);
        writer.EndProperties(start);
    }
}
