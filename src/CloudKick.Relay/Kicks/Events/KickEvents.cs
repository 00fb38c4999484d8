using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks.Events;

/// <summary>Reads what happened to kicks, behind row level security. Thread-safe.</summary>
internal sealed class KickEvents(TenantDatabase database)
{
    // Whoever records an event of a kick holds the kick meanwhile: its events become visible in the order of their ids.
    private const string ListSql =
        """
        select e.event_id as EventId, e.event as Event, e.at as At, e.node as Node, e.detail as Detail
        from kick_events e
        where e.kick_id = @kick and e.merchant_id = @merchant and e.event_id > @after
        order by e.event_id
        limit 500
        """;

    private const string NewestSql =
        """
        select e.kick_id as KickId, max(e.event_id) as EventId
        from kick_events e
        where e.kick_id = any(@kicks)
        group by e.kick_id
        """;

    /// <summary>The events of a merchant's kick after this one, in their order.</summary>
    public Task<IReadOnlyList<KickEvent>> ListAsync(MerchantId merchant, KickId kick, long after, CancellationToken cancellationToken) =>
        database.QueryAsync<KickEvent>(merchant, ListSql, new { merchant = merchant.Value, kick = kick.Value, after }, cancellationToken);

    /// <summary>Each kick's newest event, whosever they are: for knowing that there is one, not for telling.</summary>
    public async Task<IReadOnlyList<(KickId Kick, long EventId)>> NewestAsync(IReadOnlyList<KickId> kicks, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<NewestRow>(
            Tenant.Platform, NewestSql, new { kicks = kicks.Select(kick => kick.Value).ToArray() }, cancellationToken);
        return [.. rows.Select(row => (new KickId(row.KickId), row.EventId))];
    }

    private sealed record NewestRow
    {
        public required Guid KickId { get; init; }

        public required long EventId { get; init; }
    }
}
