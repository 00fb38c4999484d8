using System.Collections.Frozen;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks.Search;

/// <summary>Which kicks to find; what is null or empty does not filter.</summary>
internal sealed record KickQuery
{
    public string? TerminalId { get; init; }

    public string? Reference { get; init; }

    /// <summary>Of one of these states: all of them open, or all of them final.</summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>Accepted then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Accepted before then.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>What the till wants to know of a kick, for filters.</summary>
internal static class KickOutcome
{
    public const string Coupled = "coupled";
    public const string NotCoupled = "not-coupled";
    public const string Pending = "pending";
    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Coupled, NotCoupled, Pending, Cancelled];

    private static readonly FrozenDictionary<string, IReadOnlyList<string>> States = new Dictionary<string, IReadOnlyList<string>>
    {
        [Coupled] = [KickState.Connected],
        [NotCoupled] = [KickState.Expired, KickState.Failed],
        [Pending] = KickState.Open,
        [Cancelled] = [KickState.Cancelled],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The states that an outcome stands for.</summary>
    public static IReadOnlyList<string> StatesOf(string outcome) => States[outcome];
}

/// <summary>
/// Finds kicks and reads all of one, behind row level security; for people, so with more than the API tells. However many are stored, what
/// is read is what is shown: each filter has an index. Thread-safe.
/// </summary>
internal sealed class KickSearch(TenantDatabase database, TimeProvider timeProvider)
{
    // Open kicks are looked at one by one, the newest of them.
    private const int MostOpen = 10_000;

    private const string Columns =
        """
        select k.kick_id as KickId, k.merchant_id as MerchantId, k.terminal_id as TerminalId, k.management_system_id as ManagementSystemId,
               k.access_protocol as AccessProtocol, k.reference as Reference, k.state as State, k.broker_outcome as BrokerOutcome,
               k.failure_code as FailureCode, k.accepted_at as AcceptedAt, k.expires_at as ExpiresAt, k.published_at as PublishedAt,
               k.delivered_at as DeliveredAt, k.connected_at as ConnectedAt, k.ended_at as EndedAt, k.api_key_id as ApiKeyId,
               k.trace_parent as TraceParent, k.request::text as Request, k.node as Node, k.attempt as Attempt
        from kicks k

        """;

    private const string FindSql = Columns + "where k.kick_id = @kick and k.merchant_id = @merchant";

    private const string OfIdsSql = Columns +
        """
        where k.merchant_id = @merchant and k.kick_id = any(@ids) and k.state = any(@states)
        order by k.kick_id desc
        limit @limit
        """;

    // One sorted list for each state, so that nothing is read beyond the limit.
    private const string UnsuccessfulIdsSql =
        """
        select u.kick_id
        from unnest(@states::text[]) s (state)
        cross join lateral (
            select u.kick_id from unsuccessful_kicks u
            where u.merchant_id = @merchant and u.state = s.state and u.kick_id >= first_kick_id_at(@from) and u.kick_id < first_kick_id_at(@until) and u.kick_id < @before
            order by u.kick_id desc
            limit @limit) u
        order by 1 desc
        limit @limit
        """;

    private const string OpenIdsSql =
        """
        select o.kick_id from open_kicks o
        where o.merchant_id = @merchant and o.kick_id >= first_kick_id_at(@from) and o.kick_id < first_kick_id_at(@until) and o.kick_id < @before
        order by o.kick_id desc
        limit @MostOpen
        """;

    // The day after today bounds what there can be: without an end, PostgreSQL could not go through the days in their order.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    // Planning a statement takes as long as there are days that it may look at: the newest days first, and all only when those are not enough.
    private static readonly TimeSpan?[] Reaches = [TimeSpan.FromDays(4), TimeSpan.FromDays(40), null];

    private static readonly KickId Last = new(Guid.AllBitsSet);

    /// <summary>Up to <paramref name="limit"/> of the merchant's kicks, newest first, older than <paramref name="before"/>.</summary>
    /// <exception cref="ArgumentException">The query has both open and final states.</exception>
    public Task<IReadOnlyList<KickDetail>> ListAsync(MerchantId merchant, KickQuery query, KickId? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        // They are found in two places, and looking in one of them would silently leave the others out.
        if (query.States is { Count: > 0 } asked && asked.Select(KickState.IsFinal).Distinct().Count() > 1)
            throw new ArgumentException("The states are neither all open nor all final.", nameof(query));
        // Ids know no time before 1970.
        var from = query.From is { } wanted && wanted > DateTimeOffset.UnixEpoch ? wanted : DateTimeOffset.UnixEpoch;
        var until = query.Until ?? timeProvider.GetUtcNow() + Ahead;
        if (before is { } id && id.Moment < until)
            until = id.Moment.AddMilliseconds(1);
        if (until <= from)
            return Task.FromResult<IReadOnlyList<KickDetail>>([]);
        var page = new Page(merchant, from, until, before ?? Last, limit);
        // A terminal's kicks and those of a reference are few.
        return query is { States: { } states, TerminalId: null, Reference: null } && !states.Contains(KickState.Connected)
            ? ListRareAsync(page, [.. states], cancellationToken)
            : ListInOrderAsync(page, query, cancellationToken);
    }

    /// <summary>All of the merchant's kick; null when it has none of this id, whoever else may.</summary>
    public Task<KickDetail?> FindAsync(MerchantId merchant, KickId kick, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<KickDetail>(merchant, FindSql, new { merchant = merchant.Value, kick = kick.Value }, cancellationToken);

    private async Task<IReadOnlyList<KickDetail>> ListInOrderAsync(Page page, KickQuery query, CancellationToken cancellationToken)
    {
        List<string> where = ["k.merchant_id = @merchant", "k.kick_id >= first_kick_id_at(@from)", "k.kick_id < first_kick_id_at(@until)", "k.kick_id < @before"];
        if (query.TerminalId is not null)
            where.Add("k.terminal_id = @TerminalId");
        if (query.Reference is not null)
            where.Add("k.reference = @Reference");
        if (query.States is not null)
            where.Add("k.state = any(@states)");
        var sql = $"{Columns}where {string.Join(" and ", where)}\norder by k.kick_id desc\nlimit @limit";

        var found = new List<KickDetail>();
        var until = page.Until;
        foreach (var reach in Reaches)
        {
            var from = reach is { } length && page.Until - length > page.From ? page.Until - length : page.From;
            found.AddRange(await database.QueryAsync<KickDetail>(
                page.Merchant, sql,
                new
                {
                    merchant = page.Merchant.Value, before = page.Before.Value, from = from.UtcDateTime, until = until.UtcDateTime,
                    query.TerminalId, query.Reference, states = query.States?.ToArray(), limit = page.Limit - found.Count,
                },
                cancellationToken));
            if (found.Count >= page.Limit || from == page.From)
                break;
            until = from;
        }

        return found;
    }

    private async Task<IReadOnlyList<KickDetail>> ListRareAsync(Page page, string[] states, CancellationToken cancellationToken)
    {
        var merchant = page.Merchant;
        var sql = states.All(KickState.IsFinal) ? UnsuccessfulIdsSql : OpenIdsSql;
        var ids = await database.QueryAsync<Guid>(
            merchant, sql,
            new
            {
                merchant = merchant.Value, before = page.Before.Value, from = page.From.UtcDateTime, until = page.Until.UtcDateTime,
                states, limit = page.Limit, MostOpen,
            },
            cancellationToken);
        return ids.Count == 0
            ? []
            : await database.QueryAsync<KickDetail>(
                merchant, OfIdsSql, new { merchant = merchant.Value, ids = ids.ToArray(), states, limit = page.Limit }, cancellationToken);
    }

    private sealed record Page(MerchantId Merchant, DateTimeOffset From, DateTimeOffset Until, KickId Before, int Limit);
}

/// <summary>All of a kick.</summary>
internal sealed record KickDetail : KickRow
{
    public required Guid MerchantId { get; init; }

    /// <summary>Whoever asked for it: a key's public id, or <c>user:…</c>.</summary>
    public required string ApiKeyId { get; init; }

    public required string? TraceParent { get; init; }

    /// <summary>What else was asked for: <see cref="KickAsked"/> as JSON; null: nothing.</summary>
    public required string? Request { get; init; }

    /// <summary>The node of the newest attempt.</summary>
    public required string Node { get; init; }

    public required int Attempt { get; init; }

    public KickId Id => new(KickId);

    /// <inheritdoc cref="Request"/>
    public KickAsked? Asked => Request is null ? null : KickAsked.FromJson(Request);
}
