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

        var (outcome, fault) = Accept(message);
        if (!acknowledge) return;
        if (outcome is { } code && fault?.Kind != CloudFaultKind.Drop) Acknowledge(packet.PacketIdentifier, code, fault?.Delay);
        else connection.AbandonAcknowledgement();
    }

    private void Acknowledge(ushort packetIdentifier, MqttReasonCode outcome, TimeSpan? delay)
    {
        if (outcome == MqttReasonCode.Success && broker.Faults.TryHold(connection, packetIdentifier)) return;
        if (delay is { } later) broker.Faults.AcknowledgeLater(connection, packetIdentifier, later);
        else connection.AcknowledgePublish(packetIdentifier, outcome);
    }

    /// <returns>What to acknowledge with, null for nothing at all; and the fault that struck.</returns>
    private (MqttReasonCode? Outcome, CloudFault? Fault) Accept(MqttMessage message)
    {
        var client = connection.Identity.Client;
        if (!connection.Permissions.MayPublish(message.Topic, message.Retain))
        {
            broker.Counters.Refused();
            bool canSay = connection.Version == MqttProtocolVersion.V5 && message.QualityOfService == MqttQualityOfService.AtLeastOnce;
            if (canSay) return (MqttReasonCode.NotAuthorized, null);
            connection.Close(CloseCause.NotAuthorized);
            return default;
        }
        if (!connection.Quotas.MayPublish()) return default; // AWS discards without a word
        if (TopicRules.IsReserved(message.Topic)) return (Ask(client.ClientId, message), null);

        var fault = broker.Faults.StrikePublish(client.ClientId);
        return (fault?.Kind is CloudFaultKind.Refuse or CloudFaultKind.Discard ? Reject(fault, message) : broker.Publish(client.ClientId, message), fault);
    }

    /// <summary>A message to the broker itself, which answers by another.</summary>
    private MqttReasonCode? Ask(string clientId, MqttMessage message)
    {
        if (broker.Provisioning.Handle(message) is not { } answer)
        {
            connection.Close(CloseCause.ClientError(MqttReasonCode.TopicNameInvalid));
            return null;
        }
        broker.Counters.Published(message.Topic);
        broker.Router.RouteTo(clientId, broker.Router.Accept(answer, publisher: null));
        return MqttReasonCode.Success;
    }

    private MqttReasonCode? Reject(CloudFault fault, MqttMessage message)
    {
        broker.Counters.Refused();
        if (fault.Kind == CloudFaultKind.Discard) return null;
        var code = fault.ReasonCode ?? CloudFault.DefaultReason;
        if (connection.Version == MqttProtocolVersion.V5 && message.QualityOfService == MqttQualityOfService.AtLeastOnce) return code;
        connection.Close(code == MqttReasonCode.NotAuthorized ? CloseCause.NotAuthorized : CloseCause.ClientError(code));
        return null;
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
