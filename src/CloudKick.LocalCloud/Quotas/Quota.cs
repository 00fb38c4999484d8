namespace CloudKick.LocalCloud;

/// <summary>What is counted when a rate is exceeded.</summary>
internal enum Quota
{
    Publishes,
    Deliveries,
    Stored,
    Connects,
    Subscriptions,
    Throughput,
}
