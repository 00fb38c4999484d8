using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>SUBSCRIBE and UNSUBSCRIBE from a client, by AWS's rules. One per connection, called by its reader only.</summary>
internal sealed class SubscribeHandler(Broker broker, ClientConnection connection, Session session)
{
    public void Handle(SubscribePacket packet)
    {
        if (Refusal(packet) is { } cause)
        {
            connection.Close(cause);
            return;
        }
        // A 3.1.1 client that asks for QoS 2 gets no SUBACK.
        if (packet.Subscriptions.Any(subscription => subscription.MaximumQualityOfService == MqttQualityOfService.ExactlyOnce)) return;

        var codes = new MqttReasonCode[packet.Subscriptions.Count];
        var granted = new List<(Subscription Subscription, bool SendRetained)>(codes.Length);
        for (int i = 0; i < codes.Length; i++)
        {
            if (TrySubscribe(packet.Subscriptions[i], granted) is not { } code) return;
            codes[i] = code;
        }
        connection.Writer.Send(new SubAckPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCodes = codes });

        foreach (var (subscription, sendRetained) in granted)
            if (sendRetained) broker.Router.DeliverRetained(subscription);
        if (granted.Count > 0)
        {
            broker.Presence.Subscribed(connection.Identity,
                [.. packet.Subscriptions.Where((_, i) => !codes[i].IsFailure()).Select(subscription => subscription.TopicFilter)]);
        }
        broker.Waiters.Changed();
    }

    public void Handle(UnsubscribePacket packet)
    {
        var codes = new MqttReasonCode[packet.TopicFilters.Count];
        var removed = new List<string>(codes.Length);
        for (int i = 0; i < codes.Length; i++)
        {
            string filter = packet.TopicFilters[i];
            codes[i] = MqttReasonCode.NoSubscriptionExisted;
            if (!session.Unsubscribe(filter)) continue;
            codes[i] = MqttReasonCode.Success;
            removed.Add(filter);
        }
        connection.Writer.Send(new UnsubAckPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCodes = codes });
        if (removed.Count > 0) broker.Presence.Unsubscribed(connection.Identity, removed);
        broker.Waiters.Changed();
    }

    private CloseCause? Refusal(SubscribePacket packet)
    {
        bool asksExactlyOnce = packet.Subscriptions.Any(subscription => subscription.MaximumQualityOfService == MqttQualityOfService.ExactlyOnce);
        if (packet.SubscriptionIdentifier is not null) return CloseCause.ClientError(MqttReasonCode.SubscriptionIdentifiersNotSupported);
        if (packet.Subscriptions.Count > broker.Limits.MaximumFiltersPerSubscribe) return CloseCause.ClientError(MqttReasonCode.QuotaExceeded);
        if (asksExactlyOnce && connection.Version == MqttProtocolVersion.V5) return CloseCause.ClientError(MqttReasonCode.QoSNotSupported);
        return null;
    }

    /// <returns>The filter's code in SUBACK; null if the connection is being closed instead.</returns>
    private MqttReasonCode? TrySubscribe(MqttSubscription asked, List<(Subscription, bool)> granted)
    {
        if (!TopicRules.TrySplitShared(asked.TopicFilter, out string? group, out string filter)
            || TopicRules.FaultInFilter(filter, broker.Limits) is not null)
            return MqttReasonCode.TopicFilterInvalid;
        if (TopicRules.IsUnsupportedReservedFilter(filter)) return Close(CloseCause.ClientError(MqttReasonCode.TopicFilterInvalid));
        if (!connection.Permissions.MaySubscribe(asked.TopicFilter))
            return connection.Version == MqttProtocolVersion.V5 ? MqttReasonCode.NotAuthorized : Close(CloseCause.NotAuthorized);

        if (!connection.Quotas.MaySubscribe()) return MqttReasonCode.QuotaExceeded;

        var subscription = new Subscription(session, group, filter, asked);
        var outcome = session.Subscribe(asked.TopicFilter, subscription);
        if (outcome == SubscribeOutcome.TooMany) return Close(CloseCause.ClientError(MqttReasonCode.QuotaExceeded));
        if (outcome == SubscribeOutcome.SessionEnded) return Close(CloseCause.TakenOver);

        // AWS never sends retained messages to wildcard or shared filters.
        bool sendRetained = group is null && !TopicRules.HasWildcard(filter) && asked.RetainHandling switch
        {
            MqttRetainHandling.SendAtSubscribe => true,
            MqttRetainHandling.SendAtNewSubscribe => outcome == SubscribeOutcome.New,
            _ => false,
        };
        granted.Add((subscription, sendRetained));
        return (MqttReasonCode)subscription.QualityOfService;
    }

    private MqttReasonCode? Close(CloseCause cause)
    {
        connection.Close(cause);
        return null;
    }
}
