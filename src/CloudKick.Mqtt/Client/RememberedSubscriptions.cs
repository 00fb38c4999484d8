namespace CloudKick.Mqtt.Client;

/// <summary>What the server has granted, so that it can be asked for again when a session is lost.</summary>
internal sealed class RememberedSubscriptions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MqttSubscription> _byFilter = [];

    public IReadOnlyList<MqttSubscription> All
    {
        get
        {
            lock (_gate)
                return [.. _byFilter.Values];
        }
    }

    /// <summary>Keeps those that were granted.</summary>
    public void Granted(IReadOnlyList<MqttSubscription> subscriptions, IReadOnlyList<MqttReasonCode> reasonCodes)
    {
        lock (_gate)
        {
            foreach (var (subscription, reasonCode) in subscriptions.Zip(reasonCodes))
            {
                if (!reasonCode.IsFailure())
                    _byFilter[subscription.TopicFilter] = subscription;
            }
        }
    }

    /// <summary>Forgets those that are gone.</summary>
    public void Removed(IReadOnlyList<string> topicFilters, IReadOnlyList<MqttReasonCode> reasonCodes)
    {
        lock (_gate)
        {
            foreach (var (filter, reasonCode) in topicFilters.Zip(reasonCodes))
            {
                if (!reasonCode.IsFailure())
                    _byFilter.Remove(filter);
            }
        }
    }
}
