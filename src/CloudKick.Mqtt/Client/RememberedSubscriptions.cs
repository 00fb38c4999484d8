namespace CloudKick.Mqtt.Client;

/// <summary>What the server has granted: once, so that it can be asked for again when a session is lost, and in the session as it is now.</summary>
internal sealed class RememberedSubscriptions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MqttSubscription> _wanted = [];
    private readonly HashSet<string> _granted = [];

    /// <summary>Those granted in the session as it is now.</summary>
    public IReadOnlyList<MqttSubscription> Current => Where(isGranted: true);

    /// <summary>Those granted before and not in this session.</summary>
    public IReadOnlyList<MqttSubscription> Missing => Where(isGranted: false);

    /// <summary>Keeps those that were granted.</summary>
    public void Granted(IReadOnlyList<MqttSubscription> subscriptions, IReadOnlyList<MqttReasonCode> reasonCodes)
    {
        lock (_gate)
        {
            foreach (var (subscription, reasonCode) in subscriptions.Zip(reasonCodes))
            {
                if (reasonCode.IsFailure())
                    continue;
                _wanted[subscription.TopicFilter] = subscription;
                _granted.Add(subscription.TopicFilter);
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
                if (reasonCode.IsFailure())
                    continue;
                _wanted.Remove(filter);
                _granted.Remove(filter);
            }
        }
    }

    /// <summary>There is a new session, in which nothing has been granted yet.</summary>
    public void SessionLost()
    {
        lock (_gate)
            _granted.Clear();
    }

    private List<MqttSubscription> Where(bool isGranted)
    {
        lock (_gate)
            return [.. _wanted.Values.Where(subscription => _granted.Contains(subscription.TopicFilter) == isGranted)];
    }
}
