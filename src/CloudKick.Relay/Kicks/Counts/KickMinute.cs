namespace CloudKick.Relay.Kicks.Counts;

/// <summary>The kicks that were accepted in one minute.</summary>
/// <param name="Minute">When it began, UTC.</param>
/// <param name="Coupled">Those whose terminal is or was coupled.</param>
/// <param name="NotCoupled">Expired or failed.</param>
/// <param name="Pending">Not final yet.</param>
/// <param name="Cancelled">Cancelled.</param>
/// <param name="Times">How long terminals took to connect: how many in each bucket.</param>
internal sealed record KickMinute(DateTime Minute, long Coupled, long NotCoupled, long Pending, long Cancelled, IReadOnlyDictionary<short, long> Times)
{
    public long All => Coupled + NotCoupled + Pending + Cancelled;

    public static KickMinute Of(DateTime minute, IEnumerable<KickCount> counts)
    {
        var all = counts.ToArray();
        long Sum(params string[] states) => all.Where(count => states.Contains(count.State)).Sum(count => count.Kicks);
        return new KickMinute(
            minute, Sum("connected"), Sum("expired", "failed"), Sum("accepted", "published", "delivered"), Sum("cancelled"),
            all.Where(count => count.Bucket >= 0).GroupBy(count => count.Bucket).ToDictionary(bucket => bucket.Key, bucket => bucket.Sum(count => count.Kicks)));
    }
}

/// <summary>Times to connect, of many kicks.</summary>
internal static class ConnectTimes
{
    private const double Step = 1.2;

    /// <summary>The time within which this share of the terminals connected, to a tenth; null without any.</summary>
    public static TimeSpan? Percentile(IEnumerable<KickMinute> minutes, double share)
    {
        var buckets = minutes.SelectMany(minute => minute.Times).GroupBy(bucket => bucket.Key).OrderBy(bucket => bucket.Key)
            .Select(bucket => (Bucket: bucket.Key, Kicks: bucket.Sum(count => count.Value))).ToArray();
        var wanted = share * buckets.Sum(bucket => bucket.Kicks);
        long below = 0;
        foreach (var (bucket, kicks) in buckets)
        {
            below += kicks;
            if (below >= wanted)
                return TimeSpan.FromMilliseconds(Math.Pow(Step, bucket + 0.5));
        }

        return null;
    }
}
