namespace CloudKick.LocalCloud;

/// <summary>The rates of all clients together, and of each client id. What is refused is counted. Thread safe; does not block.</summary>
internal sealed class AccountQuotas(LocalCloudQuotas quotas, Counters counters, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Rate> _connectsByClientId = [];
    private readonly Rate? _connects = Rate.Of(quotas.Connects, timeProvider);
    private readonly Rate? _publishes = Rate.Of(quotas.InboundPublishes, timeProvider);
    private readonly Rate? _deliveries = Rate.Of(quotas.OutboundPublishes, timeProvider);
    private readonly Rate? _stored = Rate.Of(quotas.StoredMessages, timeProvider);
    private readonly Rate? _subscriptions = Rate.Of(quotas.Subscriptions, timeProvider);

    public ConnectionQuotas ForConnection() => new(this, quotas, counters, timeProvider);

    /// <summary>False: the CONNECT is refused.</summary>
    public bool MayConnect(string clientId) => Allows(_connects, Quota.Connects) && Allows(ConnectsOf(clientId), Quota.Connects);

    /// <summary>A message that a client publishes, on a connection or over HTTPS. False: it is discarded.</summary>
    public bool MayPublish() => Allows(_publishes, Quota.Publishes);

    /// <summary>A message to a client. False: it is discarded.</summary>
    public bool MayDeliver() => Allows(_deliveries, Quota.Deliveries);

    /// <summary>A message for a client that is absent. False: it is discarded.</summary>
    public bool MayStore() => Allows(_stored, Quota.Stored);

    /// <summary>One topic filter in a SUBSCRIBE. False: it is refused.</summary>
    public bool MaySubscribe() => Allows(_subscriptions, Quota.Subscriptions);

    /// <summary>Forgets client ids whose rate is whole again: at most those of the last second's CONNECTs are kept.</summary>
    public void Forget()
    {
        lock (_gate)
            foreach (var (clientId, rate) in _connectsByClientId)
                if (rate.IsFull) _connectsByClientId.Remove(clientId);
    }

    private Rate? ConnectsOf(string clientId)
    {
        if (quotas.ConnectsPerClientId is not { } perSecond) return null;
        lock (_gate)
        {
            if (!_connectsByClientId.TryGetValue(clientId, out var rate))
                _connectsByClientId.Add(clientId, rate = new Rate(perSecond, timeProvider));
            return rate;
        }
    }

    private bool Allows(Rate? rate, Quota quota)
    {
        if (rate is null || rate.TryTake()) return true;
        counters.OverQuota(quota);
        return false;
    }
}
