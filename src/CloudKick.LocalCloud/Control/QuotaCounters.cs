namespace CloudKick.LocalCloud;

/// <summary>How often clients met a quota since LocalCloud started (<see cref="LocalCloudQuotas"/>).</summary>
/// <param name="Publishes">Messages from clients that were discarded: no PUBACK, no delivery. Over HTTPS: refused with 429.</param>
/// <param name="Deliveries">Messages to clients that were discarded.</param>
/// <param name="Stored">Messages for absent clients that were discarded instead of stored.</param>
/// <param name="Connects">CONNECTs that were refused.</param>
/// <param name="Subscriptions">Topic filters that were refused.</param>
/// <param name="Delays">How often a connection's reader or writer was made to wait for its bytes a second.</param>
public sealed record QuotaCounters(long Publishes, long Deliveries, long Stored, long Connects, long Subscriptions, long Delays)
{
    /// <summary>Messages that were thrown away.</summary>
    public long Discarded => Publishes + Deliveries + Stored;
}
