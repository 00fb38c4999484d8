using CloudKick.Relay.Database;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Makes merchants' plans from what the database knows of their terminals. Thread-safe.</summary>
internal sealed class MigrationPlanner(TenantDatabase database)
{
    /// <summary>Terminals that a plan looks at, at most.</summary>
    public const int MaximumTerminals = 10_000;

    // A terminal that is on 2.0 alone matters only while its till asks the old way: most terminals' kicks are never looked for.
    private const string EvidenceSql =
        """
        with terminal as materialized (
            select t.*, r.last_at as old_at, coalesce(r.count, 0) as old_count, t.connect_mode <> '2.0' or r.terminal_id is not null as is_old
            from terminals t
            left join cloud_connect_1_requests r on r.merchant_id = t.merchant_id and r.terminal_id = t.terminal_id
            where t.merchant_id = @merchant
            order by t.terminal_id
            limit @limit
        ),
        kick as materialized (
            select t.terminal_id, k.accepted_at
            from terminal t
            cross join lateral (select c.accepted_at from kicks c
                                where c.terminal_id = t.terminal_id and c.merchant_id = @merchant
                                order by c.kick_id desc limit 1) k
            where t.is_old
        ),
        session as materialized (
            select t.terminal_id, s.opened_at
            from terminal t
            cross join lateral (select l.opened_at from tas_sessions l
                                where l.terminal_id = t.terminal_id and l.merchant_id = @merchant
                                order by l.opened_at desc limit 1) s
            where t.connect_mode <> '2.0'
        )
        select t.terminal_id as TerminalId, t.label as Label, t.connect_mode as ConnectMode, t.management_system_id as ManagementSystemId,
               coalesce(t.subscription_topic, m.subscription_topic) as SubscriptionTopic, t.firmware_version as FirmwareVersion,
               exists (select from whitelist_entries w where w.merchant_id = @merchant and w.terminal_id = t.terminal_id
                       and (w.enabled_until is null or w.enabled_until > clock_timestamp())) as Whitelisted,
               p.terminal_id is not null as HasConnected,
               t.old_at as OldRequestAt, t.old_count as OldRequests, k.accepted_at as KickAt, s.opened_at as SessionAt
        from terminal t
        join management_systems m on m.management_system_id = t.management_system_id
        left join terminal_presence p on p.terminal_id = t.terminal_id
        left join kick k on k.terminal_id = t.terminal_id
        left join session s on s.terminal_id = t.terminal_id
        order by t.terminal_id
        """;

    private const string NowSql = "select clock_timestamp() as Now from merchants where merchant_id = @merchant";

    /// <summary>The merchant's plan; null when there is no such merchant.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="byOperator">Whether a platform operator asks, rather than the merchant.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<MigrationPlan?> PlanAsync(MerchantId merchant, bool byOperator, CancellationToken cancellationToken)
    {
        Tenant tenant = byOperator ? Tenant.Platform : merchant;
        if (await database.QuerySingleOrDefaultAsync<Moment>(tenant, NowSql, new { merchant = merchant.Value }, cancellationToken) is not { } moment)
            return null;
        var evidence = await database.QueryAsync<PlanEvidence>(
            tenant, EvidenceSql, new { merchant = merchant.Value, limit = MaximumTerminals + 1 }, cancellationToken);
        return new MigrationPlan([.. evidence.Take(MaximumTerminals)], evidence.Count <= MaximumTerminals, moment.Now);
    }

    private sealed record Moment
    {
        public required DateTime Now { get; init; }
    }
}
