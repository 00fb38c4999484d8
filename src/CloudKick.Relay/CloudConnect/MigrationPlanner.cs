using CloudKick.Relay.Database;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Makes merchants' plans from what the database knows of their terminals. Thread-safe.</summary>
internal sealed class MigrationPlanner(TenantDatabase database)
{
    // Most terminals are on 2.0, and no till asks for them the old way: those are counted and not looked at.
    private const string DoneSql =
        """
        select clock_timestamp() as Now, d.management_system_id as ManagementSystemId, d.terminals as Terminals
        from merchants m
        left join (
            select t.management_system_id, count(*)::int as terminals
            from terminals t
            where t.merchant_id = @merchant and t.connect_mode = '2.0'
              and not exists (select from cloud_connect_1_requests r where r.merchant_id = @merchant and r.terminal_id = t.terminal_id)
            group by t.management_system_id) d on true
        where m.merchant_id = @merchant
        """;

    // When a terminal was last asked for, and last came, its state tells of the kicks that are counted. The others are few: the newest.
    // What is found of a merchant is found once: PostgreSQL takes the terminals for fewer than they are, and would look for each by itself.
    private const string EvidenceSql =
        """
        with maybe_open as materialized (
            select t.terminal_id, t.label, t.connect_mode, t.management_system_id, coalesce(t.subscription_topic, m.subscription_topic) as subscription_topic,
                   t.firmware_version, r.last_at as old_at, coalesce(r.count, 0) as old_count
            from terminals t
            join management_systems m on m.management_system_id = t.management_system_id
            left join cloud_connect_1_requests r on r.merchant_id = @merchant and r.terminal_id = t.terminal_id
            where t.merchant_id = @merchant and (t.connect_mode <> '2.0' or r.terminal_id is not null)
        ),
        whitelisted as materialized (
            select w.terminal_id
            from whitelist_entries w
            where w.merchant_id = @merchant and (w.enabled_until is null or w.enabled_until > clock_timestamp())
        ),
        uncounted as materialized (
            select k.terminal_id, max(k.accepted_at) as request_at, max(k.connected_at) filter (where k.attempt > 0) as session_at
            from kicks k
            where k.merchant_id = @merchant and k.kick_id > (select c.upto from kick_rollup c)
            group by k.terminal_id
        )
        select t.terminal_id as TerminalId, t.label as Label, t.connect_mode as ConnectMode, t.management_system_id as ManagementSystemId,
               t.subscription_topic as SubscriptionTopic, t.firmware_version as FirmwareVersion,
               w.terminal_id is not null as Whitelisted, s.presence <> 'never-seen' as HasConnected,
               t.old_at as OldRequestAt, t.old_count as OldRequests,
               greatest(s.last_request_at, u.request_at) as KickAt, greatest(s.last_session_at, u.session_at) as SessionAt
        from maybe_open t
        join terminal_states s on s.merchant_id = @merchant and s.terminal_id = t.terminal_id
        left join whitelisted w on w.terminal_id = t.terminal_id
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
        var done = await database.QueryAsync<DoneRow>(tenant, DoneSql, new { merchant = merchant.Value }, cancellationToken);
        if (done.Count == 0)
            return null;
        var counts = new PlanCounts(wanted);
        foreach (var row in done)
        {
            if (row is { ManagementSystemId: { } managementSystem, Terminals: { } terminals })
                counts.AddDone(managementSystem, terminals);
        }

        await database.ReadAsync<PlanEvidence>(tenant, EvidenceSql, new { merchant = merchant.Value }, counts.Add, cancellationToken);
        return new MigrationPlan(counts, done[0].Now);
    }

    private sealed record DoneRow
    {
        public required DateTime Now { get; init; }

        /// <summary>Null, as its count: none is done.</summary>
        public required string? ManagementSystemId { get; init; }

        public required int? Terminals { get; init; }
    }
}
