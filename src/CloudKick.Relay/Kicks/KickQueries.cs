using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks;

/// <summary>What a merchant may read of its kicks, behind row level security. Thread-safe.</summary>
internal sealed class KickQueries(TenantDatabase database)
{
    private const string Columns = """
        k.kick_id as KickId, k.terminal_id as TerminalId, k.management_system_id as ManagementSystemId, k.access_protocol as AccessProtocol,
        k.reference as Reference, k.state as State, k.broker_outcome as BrokerOutcome, k.failure_code as FailureCode,
        k.accepted_at as AcceptedAt, k.expires_at as ExpiresAt, k.published_at as PublishedAt, k.delivered_at as DeliveredAt,
        k.connected_at as ConnectedAt, k.ended_at as EndedAt
        """;

    private const string Get = $"""
        select {Columns}
        from kicks k
        where k.merchant_id = @merchant and k.kick_id = @kick
        """;

    // Newest first: kick ids sort by time, so the page goes on below the last id seen.
    private const string List = $"""
        select {Columns}
        from kicks k
        where k.merchant_id = @merchant
          and (@before::uuid is null or k.kick_id < @before)
          and (@terminalId::text is null or k.terminal_id = @terminalId)
          and (@state::text is null or k.state = @state)
          and (@reference::text is null or k.reference = @reference)
        order by k.kick_id desc
        limit @limit
        """;

    /// <summary>The merchant's kick; null when it has none of this id, whoever else may.</summary>
    public Task<KickRow?> GetAsync(MerchantId merchant, KickId kick, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<KickRow>(merchant, Get, new { merchant = merchant.Value, kick = kick.Value }, cancellationToken);

    /// <summary>Up to <paramref name="limit"/> of the merchant's kicks, newest first, older than <paramref name="before"/>.</summary>
    public Task<IReadOnlyList<KickRow>> ListAsync(MerchantId merchant, KickFilter filter, KickId? before, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<KickRow>(
            merchant, List,
            new { merchant = merchant.Value, before = before?.Value, filter.TerminalId, filter.State, filter.Reference, limit },
            cancellationToken);
}
