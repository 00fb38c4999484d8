using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Diagnosis;

/// <summary>The evidence that is in the database, behind row level security. Thread-safe.</summary>
internal sealed class DiagnosisStore(TenantDatabase database)
{
    private const int RecentKicks = 10;

    private const string WhitelistSql =
        """
        select clock_timestamp() as Now, m.disabled_at as MerchantDisabledAt, w.terminal_id is not null as IsListed, w.enabled_until as EnabledUntil,
               presence_is_observed() as PresenceIsObserved,
               (select count(*)
                from (select c.at, c.connected, c.disconnect_reason, lag(c.at) over o as before, lag(c.connected) over o as came
                      from presence_changes c
                      where c.terminal_id = @terminalId
                      window o as (order by c.change_id)) s
                where not s.connected and s.came and s.disconnect_reason = 'CLIENT_INITIATED_DISCONNECT' and s.at - s.before < @shortStay
                  and s.at > clock_timestamp() - @recently) as ShortStays
        from terminals t
        left join merchants m on m.merchant_id = t.merchant_id
        left join whitelist_entries w on w.merchant_id = t.merchant_id and w.terminal_id = t.terminal_id
        where t.terminal_id = @terminalId
        """;

    private const string KicksSql =
        """
        select k.state as State, k.accepted_at as AcceptedAt, k.published_at as PublishedAt, k.delivered_at as DeliveredAt,
               k.connected_at as ConnectedAt, k.ended_at as EndedAt
        from kicks k
        where k.terminal_id = @terminalId and k.merchant_id = @merchantId
        order by k.kick_id desc
        limit @limit
        """;

    private const string RefusalsSql =
        """
        select r.code as Code, r.management_system_id as ManagementSystemId, r.at as At, r.count as Count
        from refused_kicks r
        where r.terminal_id = @terminalId and r.merchant_id = @merchantId
        order by r.at desc
        """;

    /// <summary>How the terminal stands on its merchant's whitelist; null when it is gone.</summary>
    public Task<ListingRow?> ListingAsync(Tenant tenant, TerminalRow terminal, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<ListingRow>(tenant, WhitelistSql, new { terminal.TerminalId, shortStay = Evidence.ShortStay, recently = Evidence.Recently }, cancellationToken);

    /// <summary>Its merchant's newest kicks for it, newest first.</summary>
    public Task<IReadOnlyList<KickEvidence>> KicksAsync(Tenant tenant, TerminalRow terminal, CancellationToken cancellationToken) =>
        database.QueryAsync<KickEvidence>(tenant, KicksSql, new { terminal.TerminalId, terminal.MerchantId, limit = RecentKicks }, cancellationToken);

    /// <summary>Its merchant's refused requests for it, newest first.</summary>
    public Task<IReadOnlyList<RefusalEvidence>> RefusalsAsync(Tenant tenant, TerminalRow terminal, CancellationToken cancellationToken) =>
        database.QueryAsync<RefusalEvidence>(tenant, RefusalsSql, new { terminal.TerminalId, terminal.MerchantId }, cancellationToken);
}

/// <summary>A terminal on its merchant's whitelist.</summary>
internal sealed record ListingRow
{
    public required DateTime Now { get; init; }
    public required DateTime? MerchantDisabledAt { get; init; }
    public required bool IsListed { get; init; }
    public required DateTime? EnabledUntil { get; init; }
    public required bool PresenceIsObserved { get; init; }
    public required long ShortStays { get; init; }
}
