using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>PUBLISH from a client, by AWS's rules. One per connection, called by its reader only.</summary>
internal sealed class PublishHandler(Broker broker, ClientConnection connection)
{
    private string?[]? _topicsByAlias;

    public void Handle(PublishPacket packet)
    {
        var message = packet.TopicAlias is { } alias ? packet.Message with { Topic = Resolve(alias, packet.Message.Topic) } : packet.Message;

        if (message.QualityOfService == MqttQualityOfService.ExactlyOnce)
        {
            // A 3.1.1 client hears nothing at all, not even a PUBREC.
            if (connection.Version == MqttProtocolVersion.V5) connection.Close(CloseCause.ClientError(MqttReasonCode.QoSNotSupported));
            return;
        }
        if (TopicRules.FaultInName(message.Topic, broker.Limits) is not null)
        {
            connection.Close(CloseCause.ClientError(MqttReasonCode.TopicNameInvalid));
            return;
        }
        if (message.Payload.Length > broker.Limits.MaximumPayload)
        {
            connection.Close(CloseCause.ClientError(MqttReasonCode.PacketTooLarge));
            return;
        }

        bool acknowledge = message.QualityOfService == MqttQualityOfService.AtLeastOnce;
        if (acknowledge && !connection.TryBeginAcknowledgement())
        {
            connection.Close(CloseCause.ClientError(MqttReasonCode.ReceiveMaximumExceeded));
            return;
        }

        if (Accept(message) is not { } outcome) return;
        if (!acknowledge) return;
        if (outcome == MqttReasonCode.Success && broker.Faults.TryHold(connection, packet.PacketIdentifier)) return;
        connection.AcknowledgePublish(packet.PacketIdentifier, outcome);
    }

    /// <returns>What to acknowledge with; null for nothing at all.</returns>
    private MqttReasonCode? Accept(MqttMessage message)
    {
        var client = connection.Identity.Client;
        if (!connection.Permissions.MayPublish(message.Topic, message.Retain))
        {
            broker.Counters.Refused();
            bool canSay = connection.Version == MqttProtocolVersion.V5 && message.QualityOfService == MqttQualityOfService.AtLeastOnce;
            if (canSay) return MqttReasonCode.NotAuthorized;
            connection.Close(CloseCause.NotAuthorized);
            return null;
        }
        if (TopicRules.IsReserved(message.Topic))
        {
            connection.Close(CloseCause.ClientError(MqttReasonCode.TopicNameInvalid));
            return null;
        }
        if (!broker.Quotas.MayPublish(client, message.Payload.Length))
        {
            broker.Counters.Refused();
            return null; // AWS discards without a word
        }
        return broker.Publish(client.ClientId, message);
    }

    private string Resolve(ushort alias, string topic)
    {
        if (alias == 0 || alias > broker.Limits.TopicAliasMaximum)
            throw new MqttProtocolException(MqttReasonCode.TopicAliasInvalid, "MQTT-3.3.2-9", $"Topic alias {alias}; at most {broker.Limits.TopicAliasMaximum}");
        _topicsByAlias ??= new string?[broker.Limits.TopicAliasMaximum + 1];
        if (topic.Length > 0) _topicsByAlias[alias] = topic;
        return _topicsByAlias[alias]
            ?? throw new MqttProtocolException(MqttReasonCode.ProtocolError, "MQTT 5.0 §3.3.2.3.4", $"Topic alias {alias} is not defined");
    }
}
