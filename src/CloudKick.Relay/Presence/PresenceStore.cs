using CloudKick.Relay.Database;

namespace CloudKick.Relay.Presence;

/// <summary>Presence's SQL: one function, which knows the terminal by its thing's name and whether an event is news.</summary>
internal sealed class PresenceStore(TenantDatabase database)
{
    private const string RecordSql =
        "select record_presence(@clientIds::text[], @connected::boolean[], @versions::bigint[], @sessions::text[], @at::timestamptz[], @reasons::text[], @addresses::text[], @principals::text[])";

    /// <summary>Records events, at most one of each client. May be called again with the same ones.</summary>
    /// <returns>How many were news about a terminal of ours.</returns>
    public Task<int> RecordAsync(IReadOnlyList<PresenceEvent> events, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<int>(
            Tenant.Platform,
            RecordSql,
            new
            {
                clientIds = events.Select(e => e.ClientId).ToArray(),
                connected = events.Select(e => e.Connected).ToArray(),
                versions = events.Select(e => e.Version).ToArray(),
                sessions = events.Select(e => e.Session).ToArray(),
                at = events.Select(e => e.At).ToArray(),
                reasons = events.Select(e => e.Reason).ToArray(),
                addresses = events.Select(e => e.Address).ToArray(),
                principals = events.Select(e => e.Principal).ToArray(),
            },
            cancellationToken);
}
