using System.Collections.Frozen;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks.Search;

/// <summary>Which kicks to find; what is null or empty does not filter.</summary>
internal sealed record KickQuery
{
    public string? TerminalId { get; init; }

    public string? Reference { get; init; }

    /// <summary>One of <see cref="KickOutcome"/>.</summary>
    public string? Outcome { get; init; }

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
}

/// <summary>Finds kicks and reads all of one, behind row level security; for people, so with more than the API tells. Thread-safe.</summary>
internal sealed class KickSearch(TenantDatabase database, TimeProvider timeProvider)
{
    private static readonly FrozenDictionary<string, string> Outcomes = new Dictionary<string, string>
    {
        [KickOutcome.Coupled] = "k.state = 'connected'",
        [KickOutcome.NotCoupled] = "k.state in ('expired', 'failed')",
        [KickOutcome.Pending] = "k.state in ('accepted', 'published', 'delivered')",
        [KickOutcome.Cancelled] = "k.state = 'cancelled'",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string Columns =
        """
        select k.kick_id as KickId, k.merchant_id as MerchantId, k.terminal_id as TerminalId, k.management_system_id as ManagementSystemId,
               k.access_protocol as AccessProtocol, k.reference as Reference, k.state as State, k.broker_outcome as BrokerOutcome,
               k.failure_code as FailureCode, k.accepted_at as AcceptedAt, k.expires_at as ExpiresAt, k.published_at as PublishedAt,
               k.delivered_at as DeliveredAt, k.connected_at as ConnectedAt, k.ended_at as EndedAt, k.api_key_id as ApiKeyId,
               k.trace_parent as TraceParent, k.node as Node, k.attempt as Attempt
        from kicks k

        """;

    // The day after today bounds what there can be: without an end, PostgreSQL could not go through the days in their order.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private const string FindSql = Columns + "where k.kick_id = @kick and k.merchant_id = @merchant";

    /// <summary>Up to <paramref name="limit"/> of the merchant's kicks, newest first, older than <paramref name="before"/>.</summary>
    public Task<IReadOnlyList<KickDetail>> ListAsync(MerchantId merchant, KickQuery query, KickId? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        List<string> where = ["k.merchant_id = @merchant", "k.kick_id < first_kick_id_at(@until)"];
        if (before is not null)
            where.Add("k.kick_id < @before");
        if (query.From is not null)
            where.Add("k.kick_id >= first_kick_id_at(@from)");
        if (query.TerminalId is not null)
            where.Add("k.terminal_id = @TerminalId");
        if (query.Reference is not null)
            where.Add("k.reference = @Reference");
        if (query.Outcome is { } outcome)
            where.Add(Outcomes[outcome]);
        return database.QueryAsync<KickDetail>(
            merchant,
            $"{Columns}where {string.Join(" and ", where)}\norder by k.kick_id desc\nlimit @limit",
            new
            {
                merchant = merchant.Value,
                before = before?.Value,
                from = query.From?.UtcDateTime,
                until = (query.Until ?? timeProvider.GetUtcNow() + Ahead).UtcDateTime,
                query.TerminalId,
                query.Reference,
                limit,
            },
            cancellationToken);
    }

    /// <summary>All of the merchant's kick; null when it has none of this id, whoever else may.</summary>
    public Task<KickDetail?> FindAsync(MerchantId merchant, KickId kick, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<KickDetail>(merchant, FindSql, new { merchant = merchant.Value, kick = kick.Value }, cancellationToken);
}

/// <summary>All of a kick.</summary>
internal sealed record KickDetail : KickRow
{
    public required Guid MerchantId { get; init; }

    /// <summary>Whoever asked for it: a key's public id, or <c>user:…</c>.</summary>
    public required string ApiKeyId { get; init; }

    public required string? TraceParent { get; init; }

    /// <summary>The node of the newest attempt.</summary>
    public required string Node { get; init; }

    public required int Attempt { get; init; }

    public KickId Id => new(KickId);
}
