using System.Collections.Frozen;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Terminals.States;

/// <summary>
/// Finds terminals by how they stand, and counts them, behind row level security. Each filter has an index of its own, so the
/// statement is made for the filter. Thread-safe.
/// </summary>
internal sealed class TerminalStates(TenantDatabase database)
{
    private const int RecentChanges = 20;

    private static readonly FrozenDictionary<string, string> Conditions = new Dictionary<string, string>
    {
        [TerminalStatus.Online] = "s.presence = 'online'",
        [TerminalStatus.Offline] = "s.presence = 'offline'",
        [TerminalStatus.NeverSeen] = "s.presence = 'never-seen'",
        [TerminalStatus.Failing] = "s.failures_in_row >= 3",
        [TerminalStatus.OldFirmware] = "s.old_firmware",
        [TerminalStatus.CloudConnect1] = "s.cloud_connect_1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string ListHead =
        """
        select f.*, m.name as MerchantName, p.event_at as PresenceAt,
               exists (select from tas_sessions l where l.terminal_id = f.TerminalId and l.merchant_id = f.MerchantId and l.closed_at is null) as Coupled
        from (
            select t.terminal_id as TerminalId, t.merchant_id as MerchantId, t.label as Label, t.management_system_id as ManagementSystemId,
                   t.firmware_version as FirmwareVersion, s.presence as Presence, s.old_firmware as OldFirmware, s.cloud_connect_1 as CloudConnect1,
                   s.failures_in_row as FailuresInRow, s.failing_since as FailingSince, s.last_kick_at as LastKickAt,
                   s.last_kick_state as LastKickState, s.usual_before as UsualFailure, s.surprise as Surprise
            from terminals t
            join terminal_states s on s.terminal_id = t.terminal_id
            where true

        """;

    private const string ListTail =
        """

            limit @limit
        ) f
        left join merchants m on m.merchant_id = f.MerchantId
        left join terminal_presence p on p.terminal_id = f.TerminalId
        order by

        """;

    private const string ById = "order by t.terminal_id" + ListTail + "f.TerminalId";

    private const string WorstFirst = "order by s.surprise desc, s.terminal_id desc" + ListTail + "f.Surprise desc, f.TerminalId desc";

    private const string CountOfMerchantSql =
        """
        select count(*) as "All", count(*) filter (where s.presence = 'online') as Online, count(*) filter (where s.presence = 'offline') as Offline,
               count(*) filter (where s.presence = 'never-seen') as NeverSeen, count(*) filter (where s.failures_in_row >= 3) as Failing,
               count(*) filter (where s.old_firmware) as OldFirmware, count(*) filter (where s.cloud_connect_1) as CloudConnect1,
               (select count(*) from tas_sessions l where l.merchant_id = @merchant and l.closed_at is null) as Coupled,
               count(*) filter (where not exists (
                   select from whitelist_entries w
                   where w.merchant_id = @merchant and w.terminal_id = s.terminal_id and (w.enabled_until is null or w.enabled_until > clock_timestamp()))) as NotWhitelisted
        from terminal_states s
        where s.merchant_id = @merchant
        """;

    // The database keeps these numbers: every terminal there is would be read for them.
    private const string CountAllSql =
        """
        select c.terminals as "All", c.online as Online, c.offline as Offline, c.never_seen as NeverSeen, c.failing as Failing,
               c.old_firmware as OldFirmware, c.cloud_connect_1 as CloudConnect1,
               (select count(*) from tas_sessions l where l.closed_at is null) as Coupled
        from count_all_terminals() c
        """;

    // How an id or a label begins, between two texts: row level security lets comparisons use an index, but not LIKE.
    internal const string BeginsSo =
        """
        (t.terminal_id ~>=~ @text and t.terminal_id ~<~ @beyond
         or t.terminal_id ~>=~ upper(@text) and t.terminal_id ~<~ upper(@beyond)
         or t.label_lower ~>=~ lower(@text) and t.label_lower ~<~ lower(@beyond))
        """;

    private const string ChangesSql =
        """
        select c.at as At, c.connected as Connected, c.disconnect_reason as DisconnectReason, c.ip_address as IpAddress
        from presence_changes c
        where c.terminal_id = @terminalId
        order by c.change_id desc
        limit @limit
        """;

    /// <summary>What a status asks of <c>terminal_states s</c>.</summary>
    internal static string ConditionOf(string status) => Conditions[status];

    /// <summary>A merchant's terminals, or with null all, by id.</summary>
    /// <param name="reader">Who reads: a merchant sees its own only, whatever is searched; null: the platform.</param>
    /// <param name="search">Which ones.</param>
    /// <param name="after">Only ids after this one; null: from the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<TerminalListRow>> ListAsync(
        MerchantId? reader, TerminalSearch search, string? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(search);
        var merchant = reader ?? search.Merchant;
        List<string> where = [];
        if (merchant is not null)
            where.Add("t.merchant_id = @merchant and s.merchant_id = @merchant");
        else if (search.Unassigned)
            where.Add("t.merchant_id is null");
        if (search.Status is { } status)
            where.Add(Conditions[status]);
        if (search.Text.Length > 0)
            where.Add(BeginsSo);
        if (after is not null)
            where.Add("t.terminal_id > @after and s.terminal_id > @after");
        return database.QueryAsync<TerminalListRow>(
            TenantOf(reader), ListSql(where, ById), new { merchant = merchant?.Value, text = search.Text, beyond = Beginning.Beyond(search.Text), after, limit }, cancellationToken);
    }

    /// <summary>All merchants' terminals that fail more than is usual for them, the worst first; for the platform.</summary>
    /// <param name="after">Only those behind this place; null: from the worst.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<TerminalListRow>> UnusualAsync(UnusualPlace? after, int limit, CancellationToken cancellationToken)
    {
        // A number in the text, so that PostgreSQL sees that its index serves it.
        List<string> where = ["s.surprise >= 3"];
        if (after is not null)
            where.Add("(s.surprise, s.terminal_id) < (@Surprise, @TerminalId)");
        return database.QueryAsync<TerminalListRow>(
            Tenant.Platform, ListSql(where, WorstFirst), new { after?.Surprise, after?.TerminalId, limit }, cancellationToken);
    }

    /// <summary>How many a merchant has of each kind, or with null all merchants.</summary>
    public async Task<TerminalCounts> CountAsync(MerchantId? reader, CancellationToken cancellationToken) =>
        (await database.QuerySingleOrDefaultAsync<TerminalCounts>(
            TenantOf(reader), reader is null ? CountAllSql : CountOfMerchantSql, new { merchant = reader?.Value }, cancellationToken))!;

    /// <summary>The last changes of a terminal's connection, newest first.</summary>
    public Task<IReadOnlyList<PresenceChange>> ChangesAsync(MerchantId? reader, string terminalId, CancellationToken cancellationToken) =>
        database.QueryAsync<PresenceChange>(TenantOf(reader), ChangesSql, new { terminalId, limit = RecentChanges }, cancellationToken);

    private static string ListSql(IEnumerable<string> where, string tail) =>
        ListHead + string.Concat(where.Select(condition => "and " + condition + "\n")) + tail;

    private static Tenant TenantOf(MerchantId? merchant) => merchant is { } known ? known : Tenant.Platform;
}
