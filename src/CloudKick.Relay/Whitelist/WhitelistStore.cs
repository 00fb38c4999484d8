using CloudKick.Relay.Database;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Whitelist;

/// <summary>The whitelist's SQL. Writers first take the merchant's lock, so that what they read is what they change.</summary>
internal static class WhitelistStore
{
    private const string EntrySql =
        """
        select w.terminal_id as TerminalId, w.label as Label, w.enabled_until as EnabledUntil, w.created_at as CreatedAt, w.updated_at as UpdatedAt,
               w.enabled_until is null or w.enabled_until > clock_timestamp() as Enabled,
               t.terminal_id is not null as Registered
        from whitelist_entries w
        left join terminals t on t.terminal_id = w.terminal_id and t.merchant_id = w.merchant_id
        where w.merchant_id = @merchant

        """;

    private const string FindSql = EntrySql + "and w.terminal_id = @terminalId";

    private const string ListSql = EntrySql +
        """
        and (@after::text is null or w.terminal_id > @after)
        and starts_with(w.terminal_id, @prefix)
        and (@search = '' or position(lower(@search) in lower(w.terminal_id || ' ' || w.label)) > 0)
        and case @state
            when 'Active' then t.terminal_id is not null and (w.enabled_until is null or w.enabled_until > clock_timestamp())
            when 'Expired' then w.enabled_until <= clock_timestamp()
            when 'Unregistered' then t.terminal_id is null
            else true end
        order by w.terminal_id
        limit @limit
        """;

    // Row locks of two writers would meet in different orders, and two that add the same terminal would not see each other.
    private const string LockSql = "select true from (select pg_advisory_xact_lock(hashtextextended(@merchant::text, 13))) taken";

    private const string CompareSql =
        """
        select w.terminal_id is not null as Exists, w.label as Label, w.enabled_until as EnabledUntil,
               wanted.label as WantedLabel, wanted.enabled_until as WantedUntil,
               w.label is distinct from wanted.label or w.enabled_until is distinct from wanted.enabled_until as Differs,
               t.terminal_id is not null as Registered
        from unnest(@terminalIds::text[], @labels::text[], @enabledUntil::timestamptz[], @keepLabels::boolean[], @keepEnabledUntil::boolean[])
            with ordinality n (terminal_id, label, enabled_until, keep_label, keep_enabled_until, position)
        left join whitelist_entries w on w.merchant_id = @merchant and w.terminal_id = n.terminal_id
        cross join lateral (
            select case when n.keep_label and w.terminal_id is not null then w.label else n.label end as label,
                   case when n.keep_enabled_until and w.terminal_id is not null then w.enabled_until else n.enabled_until end as enabled_until) wanted
        left join terminals t on t.merchant_id = @merchant and t.terminal_id = n.terminal_id
        order by n.position
        """;

    private const string SaveSql =
        """
        insert into whitelist_entries (merchant_id, terminal_id, label, enabled_until)
        select @merchant, n.terminal_id, n.label, n.enabled_until
        from unnest(@terminalIds::text[], @labels::text[], @enabledUntil::timestamptz[]) n (terminal_id, label, enabled_until)
        order by n.terminal_id
        on conflict (merchant_id, terminal_id) do update
        set label = excluded.label, enabled_until = excluded.enabled_until, updated_at = now()
        """;

    private const string DeleteSql =
        "delete from whitelist_entries w where w.merchant_id = @merchant and w.terminal_id = any(@terminalIds)";

    private const string RecordSql =
        """
        insert into whitelist_last_changes as c (merchant_id, actor, entries) values (@merchant, @actor, @entries::jsonb)
        on conflict (merchant_id) do update
        set change_id = gen_random_uuid(), actor = excluded.actor, changed_at = clock_timestamp(), entries = excluded.entries
        returning c.change_id as ChangeId, c.actor as Actor, c.changed_at as ChangedAt, c.entries::text as Entries
        """;

    private const string LastChangeSql =
        """
        select c.change_id as ChangeId, c.actor as Actor, c.changed_at as ChangedAt, c.entries::text as Entries
        from whitelist_last_changes c
        where c.merchant_id = @merchant
        """;

    private const string LastChangeBeginningSql =
        """
        select c.change_id as ChangeId, c.changed_at as ChangedAt, jsonb_array_length(c.entries) as Count,
               jsonb_path_query_array(c.entries, '$[0 to $last]', jsonb_build_object('last', @first - 1))::text as Entries
        from whitelist_last_changes c
        where c.merchant_id = @merchant
        """;

    public static Task<WhitelistEntry?> FindAsync(
        TenantDatabase database, MerchantId merchant, string terminalId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<WhitelistEntry>(merchant, FindSql, new { merchant = merchant.Value, terminalId }, cancellationToken);

    public static Task<WhitelistEntry?> FindAsync(
        TenantTransaction transaction, MerchantId merchant, string terminalId, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<WhitelistEntry>(FindSql, new { merchant = merchant.Value, terminalId }, cancellationToken);

    public static Task<IReadOnlyList<WhitelistEntry>> ListAsync(
        TenantDatabase database, MerchantId merchant, WhitelistFilter filter, string? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<WhitelistEntry>(
            merchant, ListSql,
            new { merchant = merchant.Value, filter.Prefix, filter.Search, state = filter.State.ToString(), after, limit }, cancellationToken);

    public static Task LockAsync(TenantTransaction transaction, MerchantId merchant, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<bool>(LockSql, new { merchant = merchant.Value }, cancellationToken);

    /// <summary>One row for each setting, in their order.</summary>
    public static Task<IReadOnlyList<Comparison>> CompareAsync(
        TenantTransaction transaction, MerchantId merchant, IReadOnlyList<WhitelistSetting> settings, CancellationToken cancellationToken) =>
        transaction.QueryAsync<Comparison>(CompareSql, Columns(merchant, settings), cancellationToken);

    public static Task SaveAsync(
        TenantTransaction transaction, MerchantId merchant, IReadOnlyList<WhitelistSetting> settings, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(SaveSql, Columns(merchant, settings), cancellationToken);

    public static Task DeleteAsync(
        TenantTransaction transaction, MerchantId merchant, IReadOnlyList<string> terminalIds, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(DeleteSql, new { merchant = merchant.Value, terminalIds = terminalIds.ToArray() }, cancellationToken);

    /// <summary>The change that can be undone; null when there never was one.</summary>
    public static Task<LastChange?> FindLastChangeAsync(TenantDatabase database, MerchantId merchant, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<LastChange>(merchant, LastChangeSql, new { merchant = merchant.Value }, cancellationToken);

    public static Task<LastChange?> FindLastChangeAsync(TenantTransaction transaction, MerchantId merchant, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<LastChange>(LastChangeSql, new { merchant = merchant.Value }, cancellationToken);

    /// <summary>The same, with the first of its entries only.</summary>
    public static Task<LastChangeBeginning?> FindLastChangeAsync(TenantDatabase database, MerchantId merchant, int first, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<LastChangeBeginning>(merchant, LastChangeBeginningSql, new { merchant = merchant.Value, first }, cancellationToken);

    /// <summary>Writes a change into the audit log, and keeps it as the one that can be undone.</summary>
    public static async Task<LastChange> RecordAsync(
        TenantTransaction transaction, MerchantId merchant, Actor actor, IReadOnlyList<WhitelistDifference> differences, CancellationToken cancellationToken)
    {
        AuditedChange[] changes =
            [.. differences.Select(difference => new AuditedChange(difference.Action, difference.TerminalId, difference.Before?.ToJson(), difference.After?.ToJson()))];
        await Audit.AppendAllAsync(transaction, merchant, actor, changes, cancellationToken);
        return (await transaction.QuerySingleOrDefaultAsync<LastChange>(
            RecordSql, new { merchant = merchant.Value, actor = actor.Name, entries = WhitelistDifference.ToJson(differences) }, cancellationToken))!;
    }

    private static object Columns(MerchantId merchant, IReadOnlyList<WhitelistSetting> settings) => new
    {
        merchant = merchant.Value,
        terminalIds = settings.Select(setting => setting.TerminalId).ToArray(),
        labels = settings.Select(setting => setting.Label).ToArray(),
        enabledUntil = settings.Select(setting => setting.EnabledUntil?.ToUniversalTime()).ToArray(),
        keepLabels = settings.Select(setting => setting.KeepsLabel).ToArray(),
        keepEnabledUntil = settings.Select(setting => setting.KeepsEnabledUntil).ToArray(),
    };

    /// <summary>What the whitelist says of a terminal, against what is wanted.</summary>
    public sealed record Comparison
    {
        public required bool Exists { get; init; }
        public required string? Label { get; init; }
        public required DateTime? EnabledUntil { get; init; }
        public required string WantedLabel { get; init; }
        public required DateTime? WantedUntil { get; init; }
        public required bool Differs { get; init; }
        public required bool Registered { get; init; }

        public WhitelistContent? Before => Exists ? new WhitelistContent(Label!, EnabledUntil) : null;

        public WhitelistContent After => new(WantedLabel, WantedUntil);
    }

    /// <summary>The change that can be undone.</summary>
    public sealed record LastChange
    {
        public required Guid ChangeId { get; init; }
        public required string Actor { get; init; }
        public required DateTime ChangedAt { get; init; }
        public required string Entries { get; init; }

        public WhitelistChange ToChange() => new(ChangeId, Actor, ChangedAt, WhitelistDifference.FromJson(Entries));
    }

    /// <summary>The change that can be undone, as it begins.</summary>
    public sealed record LastChangeBeginning
    {
        public required Guid ChangeId { get; init; }
        public required DateTime ChangedAt { get; init; }
        public required int Count { get; init; }
        public required string Entries { get; init; }

        public WhitelistChangeBeginning ToChange() => new(ChangeId, ChangedAt, Count, WhitelistDifference.FromJson(Entries));
    }
}
