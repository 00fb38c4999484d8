using CloudKick.Relay.Database;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Makes merchants' plans from what the database knows of their terminals. Thread-safe.</summary>
internal sealed class MigrationPlanner(TenantDatabase database)
{
    /// <summary>Terminals that a plan looks at, at most.</summary>
    public const int MaximumTerminals = 10_000;

    // A terminal that is on 2.0 alone matters only while its till asks the old way: most merchants' kicks are never looked for.
    private const string EvidenceSql =
        """
        select t.terminal_id as TerminalId, t.label as Label, t.connect_mode as ConnectMode, t.management_system_id as ManagementSystemId,
               coalesce(t.subscription_topic, m.subscription_topic) as SubscriptionTopic, t.firmware_version as FirmwareVersion,
               exists (select from whitelist_entries w where w.merchant_id = t.merchant_id and w.terminal_id = t.terminal_id
                       and (w.enabled_until is null or w.enabled_until > clock_timestamp())) as Whitelisted,
               p.terminal_id is not null as HasConnected,
               r.last_at as OldRequestAt, coalesce(r.count, 0) as OldRequests, k.accepted_at as KickAt, s.opened_at as SessionAt
        from terminals t
        join management_systems m on m.management_system_id = t.management_system_id
        left join terminal_presence p on p.terminal_id = t.terminal_id
        left join cloud_connect_1_requests r on r.merchant_id = t.merchant_id and r.terminal_id = t.terminal_id
        left join lateral (select c.accepted_at from kicks c
                           where c.terminal_id = t.terminal_id and c.merchant_id = t.merchant_id and (t.connect_mode <> '2.0' or r.terminal_id is not null)
                           order by c.kick_id desc limit 1) k on true
        left join lateral (select l.opened_at from tas_sessions l
                           where l.terminal_id = t.terminal_id and l.merchant_id = t.merchant_id and t.connect_mode <> '2.0'
                           order by l.opened_at desc limit 1) s on true
        where t.merchant_id = @merchant
        order by t.terminal_id
        limit @limit
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
