namespace CloudKick.LocalCloud;

/// <summary>What the broker did with messages since it started.</summary>
/// <param name="Published">Accepted from clients.</param>
/// <param name="Refused">Not accepted: not authorised, no room to retain it, or refused by a fault that a test ordered.</param>
/// <param name="Delivered">Written to a subscriber; one message counts once for each.</param>
/// <param name="Acknowledged">QoS 1 deliveries that the subscriber acknowledged.</param>
/// <param name="Dropped">Deliveries that found a full queue, or nobody connected, or a subscriber that may not or cannot receive them.</param>
/// <param name="Expired">Deliveries that waited longer than the message's expiry.</param>
/// <param name="Discarded">Publishes and deliveries that were thrown away for their rate; <see cref="QuotaCounters"/> tells them apart.</param>
public sealed record MessageCounters(long Published, long Refused, long Delivered, long Acknowledged, long Dropped, long Expired, long Discarded = 0);
