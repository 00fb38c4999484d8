namespace CloudKick.LocalCloud;

/// <summary>The rates of one connection, and through it the account's. Thread safe; only <see cref="Throughput"/> waits.</summary>
internal sealed class ConnectionQuotas(AccountQuotas account, LocalCloudQuotas quotas, Counters counters, TimeProvider timeProvider)
{
    private readonly Rate? _messages = Rate.Of(quotas.PublishesPerConnection, timeProvider);
    private readonly Rate? _stored = Rate.Of(quotas.StoredMessagesPerConnection, timeProvider);
    private volatile bool _storedAreWaiting;

    /// <summary>Null if bytes are not limited.</summary>
    public Throughput? Throughput { get; } =
        quotas.BytesPerConnection is { } bytes ? new Throughput(new Rate(bytes, timeProvider), counters, timeProvider) : null;

    /// <summary>A message from the client. False: it is discarded.</summary>
    public bool MayPublish() => Allows(Quota.Publishes) && account.MayPublish();

    /// <summary>A message to the client. False: it is discarded.</summary>
    public bool MayDeliver() => Allows(Quota.Deliveries) && account.MayDeliver();

    /// <inheritdoc cref="AccountQuotas.MaySubscribe"/>
    public bool MaySubscribe() => account.MaySubscribe();

    /// <summary>A message that waited while the client was absent. False: it waits on, and <see cref="StoredAreWaiting"/> says so.</summary>
    public bool MayTakeStored()
    {
        if (_stored is null || _stored.TryTake()) return true;
        _storedAreWaiting = true;
        return false;
    }

    /// <summary>Whether stored messages were kept back since it was last asked.</summary>
    public bool StoredAreWaiting()
    {
        if (!_storedAreWaiting) return false;
        _storedAreWaiting = false;
        return true;
    }

    private bool Allows(Quota quota)
    {
        if (_messages is null || _messages.TryTake()) return true;
        counters.OverQuota(quota);
        return false;
    }
}
