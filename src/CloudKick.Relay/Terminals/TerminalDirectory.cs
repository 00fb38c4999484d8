using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Terminals;

/// <summary>Reads terminals: a merchant its own, an operator all. Thread-safe.</summary>
internal sealed class TerminalDirectory(TenantDatabase database)
{
    private const string SelectSql =
        """
        select t.terminal_id as TerminalId, t.merchant_id as MerchantId, t.management_system_id as ManagementSystemId, t.thing_name as ThingName,
               t.firmware_version as FirmwareVersion, t.connect_mode as ConnectMode, t.label as Label,
               t.subscription_topic as SubscriptionTopic, t.topic_template as TopicTemplate,
               coalesce(t.subscription_topic, m.subscription_topic) as EffectiveSubscriptionTopic,
               coalesce(t.topic_template, m.topic_template) as EffectiveTopicTemplate,
               t.created_at as CreatedAt, t.updated_at as UpdatedAt,
               exists (select from whitelist_entries w where w.merchant_id = t.merchant_id and w.terminal_id = t.terminal_id
                       and (w.enabled_until is null or w.enabled_until > clock_timestamp())) as Whitelisted,
               p.connected as Connected, p.event_at as PresenceAt, p.connected_at as ConnectedAt, p.disconnected_at as DisconnectedAt,
               p.disconnect_reason as DisconnectReason, p.ip_address as IpAddress, p.principal_id as PrincipalId,
               s.session_id as SessionId, s.kick_id as SessionKickId, s.opened_at as SessionOpenedAt, s.closed_at as SessionClosedAt,
               s.close_reason as SessionCloseReason

        """;

    private const string JoinsSql =
        """

        join management_systems m on m.management_system_id = t.management_system_id
        left join terminal_presence p on p.terminal_id = t.terminal_id
        -- Sessions of a merchant that had the terminal before are not this one's business.
        left join lateral (select l.session_id, l.kick_id, l.opened_at, l.closed_at, l.close_reason from tas_sessions l
                           where l.terminal_id = t.terminal_id and l.merchant_id = t.merchant_id
                           order by l.opened_at desc limit 1) s on true

        """;

    private const string FindSql = SelectSql + "from terminals t" + JoinsSql + "where (@merchant::uuid is null or t.merchant_id = @merchant) and t.terminal_id = @terminalId";

    // First which ones are shown; what else there is to tell is looked up for those only.
    private const string ListHead = SelectSql +
        """
        from (
            select t.* from terminals t
            where (@merchant::uuid is null or t.merchant_id = @merchant)
              and (not @unassigned or t.merchant_id is null)
              and (@after::text is null or t.terminal_id > @after)
              and starts_with(t.terminal_id, @prefix)

        """;

    private static string InStateSql(string status) =>
        $"""
              and exists (select from terminal_states s where s.terminal_id = t.terminal_id and {TerminalStates.ConditionOf(status)}
                          and (@merchant::uuid is null or s.merchant_id = @merchant) and (@after::text is null or s.terminal_id > @after))

        """;

    private const string ListTail =
        """
            order by t.terminal_id
            limit @limit) t
        """ + JoinsSql + "order by t.terminal_id";

    private const string AmongSql = "select t.terminal_id from terminals t where t.merchant_id = @merchant and t.terminal_id = any (@ids)";

    private const string ManagementSystemsSql = "select m.management_system_id from management_systems m order by m.management_system_id";

    /// <summary>The terminal; null when there is none, or with a merchant when it is not that merchant's.</summary>
    public Task<TerminalRow?> FindAsync(MerchantId? merchant, string terminalId, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<TerminalRow>(
            TenantOf(merchant), FindSql, new { merchant = merchant?.Value, terminalId }, cancellationToken);

    /// <summary>Whether a merchant may write this id down: one that looks like a card number only when it is a terminal of that merchant's.</summary>
    public async Task<bool> MayBeNamedAsync(MerchantId merchant, string terminalId, CancellationToken cancellationToken) =>
        !TerminalId.IsCardNumber(terminalId) || await FindAsync(merchant, terminalId, cancellationToken) is not null;

    /// <summary>Those of these ids that are terminals of the merchant's.</summary>
    public async Task<IReadOnlySet<string>> FindAmongAsync(MerchantId merchant, IReadOnlyCollection<string> terminalIds, CancellationToken cancellationToken) =>
        (await database.QueryAsync<string>(merchant, AmongSql, new { merchant = merchant.Value, ids = terminalIds.ToArray() }, cancellationToken))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Any terminal, as a transaction of the platform's sees it.</summary>
    public static Task<TerminalRow?> FindAsync(TenantTransaction transaction, string terminalId, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<TerminalRow>(FindSql, new { merchant = (Guid?)null, terminalId }, cancellationToken);

    /// <summary>A merchant's terminals, or all, by id.</summary>
    /// <param name="reader">Who reads: a merchant sees its own only, whatever the filter; null: an operator.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">Only ids after this one; null: from the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<TerminalRow>> ListAsync(
        MerchantId? reader, TerminalFilter filter, string? after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<TerminalRow>(
            TenantOf(reader),
            ListHead
            + (filter.Presence is { } presence ? InStateSql(presence == PresenceState.Unknown ? TerminalStatus.NeverSeen : presence) : "")
            + (filter.Status is { } status ? InStateSql(status) : "")
            + (filter.Text.Length > 0 ? "and " + TerminalStates.BeginsSo + "\n" : "")
            + ListTail,
            new
            {
                merchant = (reader ?? filter.Merchant)?.Value, filter.Unassigned, filter.Prefix, after, limit,
                text = filter.Text, beyond = Beginning.Beyond(filter.Text),
            },
            cancellationToken);

    /// <summary>The ids of the management systems that there are.</summary>
    public Task<IReadOnlyList<string>> ManagementSystemsAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<string>(Tenant.Platform, ManagementSystemsSql, null, cancellationToken);

    private static Tenant TenantOf(MerchantId? merchant) => merchant is { } known ? known : Tenant.Platform;
}
