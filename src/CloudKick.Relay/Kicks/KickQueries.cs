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

    /// <summary>The merchant's kick; null when it has none of this id, whoever else may.</summary>
    public Task<KickRow?> GetAsync(MerchantId merchant, KickId kick, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<KickRow>(merchant, Get, new { merchant = merchant.Value, kick = kick.Value }, cancellationToken);
}
