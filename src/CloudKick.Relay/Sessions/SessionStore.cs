using CloudKick.Relay.Database;

namespace CloudKick.Relay.Sessions;

/// <summary>The SQL of nodes and their TAS sessions. They work across merchants, through functions that join by merchant themselves.</summary>
internal sealed class SessionStore(TenantDatabase database)
{
    // Asked a second time after an attempt whose outcome is unknown, the session that is there already is the answer.
    private const string OpenSql =
        """
        select case when exists (select from tas_sessions s where s.session_id = @sessionId and s.closed_at is null) then 'admitted'
                    else (select o.verdict from open_tas_session(@sessionId, @terminalId, @kickId, @node, @remote) o) end
        """;

    private const string CloseSql =
        """
        select close_tas_session(e.session_id, e.reason) is null
        from (select * from unnest(@sessionIds::uuid[], @reasons::text[]) e (session_id, reason) order by 1) e
        """;

    private const string ListOpenSql =
        """
        select s.session_id as SessionId, s.opened_at < clock_timestamp() - make_interval(secs => @graceSeconds) as Settled
        from tas_sessions s
        where s.node = @node and s.closed_at is null
        """;

    private const string HeartbeatSql = "select record_heartbeat(@node, make_interval(secs => @timeoutSeconds)) is null";

    private const string DepartureSql = "select record_departure(@node) is null";

    /// <summary>The verdict of <c>open_tas_session</c>; may be asked again with the same session id.</summary>
    public async Task<string> OpenAsync(
        Guid sessionId, string terminalId, Guid? kickId, string node, string remote, CancellationToken cancellationToken) =>
        await database.QuerySingleOrDefaultAsync<string>(
            Tenant.Platform, OpenSql, new { sessionId, terminalId, kickId, node, remote }, cancellationToken) ?? "";

    public Task CloseAsync(IReadOnlyList<SessionEnd> ends, CancellationToken cancellationToken) =>
        database.QueryAsync<bool>(
            Tenant.Platform,
            CloseSql,
            new { sessionIds = ends.Select(end => end.SessionId).ToArray(), reasons = ends.Select(end => end.Reason).ToArray() },
            cancellationToken);

    /// <summary>The sessions that the database takes for live at this node.</summary>
    public Task<IReadOnlyList<OpenSession>> ListOpenAsync(string node, TimeSpan grace, CancellationToken cancellationToken) =>
        database.QueryAsync<OpenSession>(Tenant.Platform, ListOpenSql, new { node, graceSeconds = grace.TotalSeconds }, cancellationToken);

    public Task BeatAsync(string node, TimeSpan timeout, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<bool>(
            Tenant.Platform, HeartbeatSql, new { node, timeoutSeconds = timeout.TotalSeconds }, cancellationToken);

    public Task DepartAsync(string node, CancellationToken cancellationToken) =>
        database.QuerySingleOrDefaultAsync<bool>(Tenant.Platform, DepartureSql, new { node }, cancellationToken);

    /// <summary>A session that the database takes for live.</summary>
    public sealed record OpenSession
    {
        public required Guid SessionId { get; init; }

        /// <summary>Older than the grace period: its terminal has long been let in, or never was.</summary>
        public required bool Settled { get; init; }
    }
}

/// <summary>A session has ended.</summary>
/// <param name="SessionId">Which.</param>
/// <param name="Reason">Why, as the database and the API write it.</param>
internal sealed record SessionEnd(Guid SessionId, string Reason);
