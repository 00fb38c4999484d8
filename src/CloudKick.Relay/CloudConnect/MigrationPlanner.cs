using CloudKick.Relay.Database;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Makes merchants' plans from what the database knows of their terminals. Thread-safe.</summary>
internal sealed class MigrationPlanner(TenantDatabase database)
{
    private const string AllSql =
        """
        select clock_timestamp() as Now, t.management_system_id as ManagementSystemId, t.terminals as Terminals
        from merchants m
        left join (
            select t.management_system_id, count(*)::int as terminals
            from terminals t
            where t.merchant_id = @merchant
            group by t.management_system_id) t on true
        where m.merchant_id = @merchant
        """;

    // Only those that may be open are looked at. All others are on 2.0 and on the whitelist, have the firmware, have come, and no till asked for
    // them the old way. Who may be open is found by sets, and nothing is looked up by the merchant alone for each of its terminals: with what
    // PostgreSQL knows of a merchant that was imported a minute ago, it would go through all of them for every one.
    // When a terminal was last asked for, and last came, its state tells of the kicks that are counted. The others are few: the newest.
    private const string EvidenceSql =
        """
        with perhaps_open as materialized (
            select s.terminal_id
            from terminal_states s
            where s.merchant_id = @merchant
              and (s.cloud_connect_1 or s.old_firmware or (s.presence = 'never-seen' and s.last_session_at is null))
            union
            select r.terminal_id from cloud_connect_1_requests r where r.merchant_id = @merchant
            union
            (select t.terminal_id from terminals t where t.merchant_id = @merchant
             except
             select w.terminal_id
             from whitelist_entries w
             where w.merchant_id = @merchant and (w.enabled_until is null or w.enabled_until > clock_timestamp()))
        ),
        uncounted as materialized (
            select k.terminal_id, max(k.accepted_at) as request_at, max(k.connected_at) filter (where k.attempt > 0) as session_at
            from kicks k
            where k.merchant_id = @merchant and k.kick_id > (select c.upto from kick_rollup c)
            group by k.terminal_id
        )
        select t.terminal_id as TerminalId, t.label as Label, t.connect_mode as ConnectMode, t.management_system_id as ManagementSystemId,
               coalesce(t.subscription_topic, m.subscription_topic) as SubscriptionTopic, t.firmware_version as FirmwareVersion,
               exists (select from whitelist_entries w where w.merchant_id = @merchant and w.terminal_id = t.terminal_id
                       and (w.enabled_until is null or w.enabled_until > clock_timestamp())) as Whitelisted,
               s.presence <> 'never-seen' as HasConnected,
               r.last_at as OldRequestAt, coalesce(r.count, 0) as OldRequests,
               greatest(s.last_request_at, u.request_at) as KickAt, greatest(s.last_session_at, u.session_at) as SessionAt
        from perhaps_open o
        join terminals t on t.terminal_id = o.terminal_id and t.merchant_id = @merchant
        join terminal_states s on s.terminal_id = t.terminal_id
        join management_systems m on m.management_system_id = t.management_system_id
        left join lateral (select r.last_at, r.count
                           from cloud_connect_1_requests r
                           where r.merchant_id = @merchant and r.terminal_id = t.terminal_id
                           limit 1) r on true
        left join uncounted u on u.terminal_id = t.terminal_id
        order by t.terminal_id collate "C"
        """;

    /// <summary>The merchant's plan; null when there is no such merchant.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="byOperator">Whether a platform operator asks, rather than the merchant.</param>
    /// <param name="wanted">Which of its terminals the plan has; its counts are of all of them.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<MigrationPlan?> PlanAsync(MerchantId merchant, bool byOperator, PlanSelection wanted, CancellationToken cancellationToken)
    {
        Tenant tenant = byOperator ? Tenant.Platform : merchant;
        var all = await database.QueryAsync<AllRow>(tenant, AllSql, new { merchant = merchant.Value }, cancellationToken);
        if (all.Count == 0)
            return null;
        var counts = new PlanCounts(wanted);
        await database.ReadAsync<PlanEvidence>(tenant, EvidenceSql, new { merchant = merchant.Value }, counts.Add, cancellationToken);
        foreach (var row in all)
        {
            if (row is { ManagementSystemId: { } managementSystem, Terminals: { } terminals })
                counts.AddRest(managementSystem, terminals);
        }
        return new MigrationPlan(counts, all[0].Now);
    }

    private sealed record AllRow
    {
        public required DateTime Now { get; init; }

        /// <summary>Null, as its count: the merchant has no terminals.</summary>
        public required string? ManagementSystemId { get; init; }

        public required int? Terminals { get; init; }
    }
}
