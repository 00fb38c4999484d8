using System.Collections.Immutable;
using System.Security.Cryptography;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>Takes an accepted message to the sessions that subscribe to its topic. Thread safe; never waits for a receiver.</summary>
internal sealed class MessageRouter(BrokerLimits limits, AccountQuotas quotas, Counters counters, TimeProvider timeProvider)
{
    public SubscriptionTree Subscriptions { get; } = new();

    public RetainedMessages Retained { get; } = new(limits.MaximumRetainedMessages);

    /// <summary>Gives a message the lifetime that it asks for, within AWS's 1 second to 7 days.</summary>
    public RoutedMessage Accept(MqttMessage message, string? publisher)
    {
        var now = timeProvider.GetUtcNow();
        DateTimeOffset? expiresAt = null;
        if (message.MessageExpiryInterval is { } seconds)
        {
            var lifetime = TimeSpan.FromSeconds(Math.Max(1, seconds));
            expiresAt = now + (lifetime < limits.MaximumMessageExpiry ? lifetime : limits.MaximumMessageExpiry);
        }
        return new RoutedMessage(message, publisher, now, expiresAt);
    }

    /// <returns>False if the message is to be retained and there is no room for it.</returns>
    public bool TryRetain(RoutedMessage message) =>
        !message.Message.Retain || Retained.TryStore(message, timeProvider.GetUtcNow());

    public void Route(RoutedMessage message)
    {
        var own = new List<Subscription>();
        var shared = new List<ImmutableArray<Subscription>>();
        Subscriptions.Match(message.Message.Topic, own, shared);

        if (own.Count > 1) KeepOnePerSession(own);
        foreach (var subscription in own) Deliver(message, subscription);
        foreach (var members in shared) DeliverToOne(message, members);
    }

    /// <summary>Takes an answer to the client that asked, if it subscribes to the topic.</summary>
    public void RouteTo(string clientId, RoutedMessage message)
    {
        var own = new List<Subscription>();
        Subscriptions.Match(message.Message.Topic, own, []);
        own.RemoveAll(subscription => subscription.Session.ClientId != clientId);
        if (own.Count > 1) KeepOnePerSession(own);
        foreach (var subscription in own) Deliver(message, subscription);
    }

    /// <summary>The topic's retained message, to a session that has just subscribed to it.</summary>
    public void DeliverRetained(Subscription subscription)
    {
        if (Retained.Find(subscription.Filter, timeProvider.GetUtcNow()) is { } message) Deliver(message, subscription, retain: true);
    }

    /// <summary>A client whose filters overlap gets a message once, with the best quality of service of them (MQTT 3.1.1 §3.3.5).</summary>
    private static void KeepOnePerSession(List<Subscription> subscriptions)
    {
        var best = new Dictionary<Session, Subscription>(subscriptions.Count);
        foreach (var subscription in subscriptions)
            if (!best.TryGetValue(subscription.Session, out var other) || other.QualityOfService < subscription.QualityOfService)
                best[subscription.Session] = subscription;
        if (best.Count == subscriptions.Count) return;
        subscriptions.Clear();
        subscriptions.AddRange(best.Values);
    }

    /// <summary>A random member that is connected; if none is, one whose session can keep the message.</summary>
    private void DeliverToOne(RoutedMessage message, ImmutableArray<Subscription> members)
    {
        int start = RandomNumberGenerator.GetInt32(members.Length);
        Subscription? absent = null;
        for (int i = 0; i < members.Length; i++)
        {
            var member = members[(start + i) % members.Length];
            if (member.Session.IsReceiving)
            {
                Deliver(message, member);
                return;
            }
            absent ??= member;
        }
        if (absent is not null) Deliver(message, absent);
    }

    private void Deliver(RoutedMessage message, Subscription subscription, bool? retain = null)
    {
        if (subscription.NoLocal && message.Publisher == subscription.Session.ClientId) return;

        var qualityOfService = message.Message.QualityOfService < subscription.QualityOfService
            ? message.Message.QualityOfService : subscription.QualityOfService;
        bool retained = retain ?? (subscription.RetainAsPublished && message.Message.Retain);
        if (qualityOfService != MqttQualityOfService.AtMostOnce && !subscription.Session.IsReceiving && !quotas.MayStore()) return;
        if (!subscription.Session.TryDeliver(new Delivery(message, qualityOfService, retained))) counters.Dropped(1);
    }
}
