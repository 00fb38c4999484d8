using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks.Counts;

/// <summary>
/// How kicks ended, minute by minute: what is counted already, and the newest kicks, which are not yet. A merchant's, or with null all.
/// Thread-safe.
/// </summary>
internal sealed class KickCounts(TenantDatabase database, TimeProvider timeProvider)
{
    private const int MostFailing = 200;
    private static readonly TimeSpan BaselineLength = TimeSpan.FromDays(7);

    private const string CountedToSql = "select greatest(r.upto, first_kick_id_at(@from)) from kick_rollup r";

    private const string CountedSql =
        """
        select m.minute as Minute, m.state as State, m.bucket as Bucket, sum(m.kicks) as Kicks
        from kick_minutes m
        where m.minute >= @from and (@merchant::uuid is null or m.merchant_id = @merchant)
        group by m.minute, m.state, m.bucket
        """;

    private const string RecentSql =
        """
        select date_trunc('minute', k.accepted_at) as Minute, k.state as State,
               case when k.state = 'connected' and k.attempt > 0 then connect_bucket(k.accepted_at, k.connected_at) else -1::smallint end as Bucket,
               count(*) as Kicks
        from kicks k
        where k.kick_id > @countedTo and k.kick_id < first_kick_id_at(@until) and (@merchant::uuid is null or k.merchant_id = @merchant)
        group by 1, 2, 3
        """;

    // The week before is summed up for those only that fail now.
    private const string FailingMerchantsSql =
        """
        with recent as (
            select h.merchant_id, sum(h.kicks) as kicks, sum(h.kicks) filter (where h.state in ('expired', 'failed')) as failed
            from kick_hours h
            where h.hour >= @recent
            group by h.merchant_id
            having sum(h.kicks) filter (where h.state in ('expired', 'failed')) >= @FewestFailures
            order by failed desc, h.merchant_id
            limit @MostFailing
        )
        select r.merchant_id as MerchantId, m.name as Name, r.kicks as Kicks, r.failed as Failed, u.kicks as UsualKicks, u.failed as UsualFailed
        from recent r
        join merchants m on m.merchant_id = r.merchant_id
        cross join lateral (
            select sum(h.kicks) as kicks, sum(h.kicks) filter (where h.state in ('expired', 'failed')) as failed
            from kick_hours h
            where h.merchant_id = r.merchant_id and h.hour >= @baseline and h.hour < @recent) u
        """;

    /// <summary>The minutes from then on, oldest first; those without kicks too.</summary>
    public async Task<IReadOnlyList<KickMinute>> MinutesAsync(MerchantId? merchant, int minutes, CancellationToken cancellationToken)
    {
        var tenant = merchant is { } known ? known : Tenant.Platform;
        var now = timeProvider.GetUtcNow().UtcDateTime;
        var thisMinute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        var from = thisMinute.AddMinutes(1 - minutes);

        // Twice counted is what is rolled up between the two reads: so where the counting ends is read first, and again at the end.
        while (true)
        {
            var countedTo = await CountedToAsync(tenant, from, cancellationToken);
            var recent = await database.QueryAsync<KickCount>(
                tenant, RecentSql, new { merchant = merchant?.Value, countedTo, until = now.AddDays(1) }, cancellationToken);
            var counted = await database.QueryAsync<KickCount>(tenant, CountedSql, new { merchant = merchant?.Value, from }, cancellationToken);
            if (await CountedToAsync(tenant, from, cancellationToken) != countedTo)
                continue;
            var byMinute = counted.Concat(recent).ToLookup(count => count.Minute);
            return [.. Enumerable.Range(0, minutes).Select(n => from.AddMinutes(n)).Select(minute => KickMinute.Of(minute, byMinute[minute]))];
        }
    }

    /// <summary>
    /// Merchants that fail more than is usual for them, this hour and the one before against the seven days before, the worst first: where most
    /// kicks failed beyond what is usual. Looks at the two hundred with the most failures.
    /// </summary>
    public async Task<IReadOnlyList<FailingMerchant>> FailingMerchantsAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        var recent = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour)).AddHours(-1);
        var rows = await database.QueryAsync<FailingMerchant>(
            Tenant.Platform, FailingMerchantsSql, new { recent, baseline = recent - BaselineLength, MostFailing, FailingMerchant.FewestFailures },
            cancellationToken);
        return [.. rows.Where(row => row.IsUnusual).OrderByDescending(row => row.Excess)];
    }

    private Task<Guid> CountedToAsync(Tenant tenant, DateTime from, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<Guid>(tenant, CountedToSql, new { from }, cancellationToken);
}

/// <summary>How many kicks of a minute ended alike.</summary>
internal sealed record KickCount
{
    public required DateTime Minute { get; init; }
    public required string State { get; init; }

    /// <summary>-1: none; else the terminal connected after 1.2^bucket ms or a fifth more.</summary>
    public required short Bucket { get; init; }

    public required long Kicks { get; init; }
}
