using CloudKick.Relay.Kicks;
using Dapper;
using Npgsql;

namespace CloudKick.Faults.Histories;

/// <summary>Reads the database's part of a history, as somebody whom row level security does not bind.</summary>
public static class RecordReader
{
    private const string KicksSql =
        """
        select kick_id as KickId, merchant_id as MerchantId, terminal_id as TerminalId, state as State, broker_outcome as BrokerOutcome,
               attempt as Attempt, accepted_at as AcceptedAt, expires_at as ExpiresAt, ended_at as EndedAt
        from kicks
        """;

    private const string EventsSql =
        """
        select kick_id as KickId, merchant_id as MerchantId, event_id as EventId, event as Event, at as At, node as Node, detail as Detail
        from kick_events order by kick_id, event_id
        """;

    private const string SessionsSql = "select merchant_id as MerchantId, kick_id as KickId, terminal_id as TerminalId, opened_at as OpenedAt from tas_sessions";

    private const string KeysSql = "select merchant_id as MerchantId, key as Key, kick_id as KickId from idempotency_keys";

    private const string AuditedSql = "select merchant_id as MerchantId, action as Action, subject as Subject from audit_log";

    private const string AuditFaultsSql =
        """
        select c.merchant_id as MerchantId, v.chain_index as ChainIndex, v.fault as Kind
        from (select merchant_id from merchants union all select null) c (merchant_id)
        cross join lateral verify_audit(c.merchant_id) v
        """;

    /// <summary>All of it, as of one moment.</summary>
    public static async Task<Record> ReadAsync(NpgsqlDataSource superuser, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(superuser);
        await using var connection = await superuser.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var readAt = await connection.ExecuteScalarAsync<DateTime>(Command("select clock_timestamp()"));
        var kicks = await connection.QueryAsync<KickRow>(Command(KicksSql));
        var events = await connection.QueryAsync<EventRow>(Command(EventsSql));
        var sessions = await connection.QueryAsync<SessionRow>(Command(SessionsSql));
        var keys = await connection.QueryAsync<KeyRow>(Command(KeysSql));
        var audited = await connection.QueryAsync<AuditRow>(Command(AuditedSql));
        var faults = await connection.QueryAsync<AuditFaultRow>(Command(AuditFaultsSql));
        return new Record(
            readAt,
            [.. kicks.Select(kick => new KickRecord
            {
                KickId = Written(kick.KickId), MerchantId = kick.MerchantId, TerminalId = kick.TerminalId, State = kick.State,
                BrokerOutcome = kick.BrokerOutcome, Attempt = kick.Attempt, AcceptedAt = kick.AcceptedAt, ExpiresAt = kick.ExpiresAt, EndedAt = kick.EndedAt,
            })],
            [.. events.Select(step => new EventRecord
            {
                KickId = Written(step.KickId), MerchantId = step.MerchantId, EventId = step.EventId, Event = step.Event, At = step.At, Node = step.Node, Detail = step.Detail,
            })],
            [.. sessions.Select(session => new SessionRecord(session.MerchantId, Written(session.KickId), session.TerminalId, session.OpenedAt))],
            [.. keys.Select(key => new KeyRecord(key.MerchantId, key.Key, Written(key.KickId)))])
        {
            Audited = [.. audited.Select(row => new AuditRecord(row.MerchantId, row.Action, row.Subject))],
            AuditFaults = [.. faults.Select(fault => new AuditFault(fault.MerchantId, fault.ChainIndex, fault.Kind))],
        };

        CommandDefinition Command(string sql) => new(sql, transaction: transaction, cancellationToken: cancellationToken);
    }

    private static string Written(Guid kick) => new KickId(kick).ToString();

    private sealed record KickRow
    {
        public required Guid KickId { get; init; }

        public required Guid MerchantId { get; init; }

        public required string TerminalId { get; init; }

        public required string State { get; init; }

        public required string BrokerOutcome { get; init; }

        public required int Attempt { get; init; }

        public required DateTime AcceptedAt { get; init; }

        public required DateTime ExpiresAt { get; init; }

        public DateTime? EndedAt { get; init; }
    }

    private sealed record EventRow
    {
        public required Guid MerchantId { get; init; }

        public required Guid KickId { get; init; }

        public required long EventId { get; init; }

        public required string Event { get; init; }

        public required DateTime At { get; init; }

        public string? Node { get; init; }

        public string? Detail { get; init; }
    }

    private sealed record SessionRow
    {
        public required Guid MerchantId { get; init; }

        public required Guid KickId { get; init; }

        public required string TerminalId { get; init; }

        public required DateTime OpenedAt { get; init; }
    }

    private sealed record AuditRow
    {
        public Guid? MerchantId { get; init; }

        public required string Action { get; init; }

        public required string Subject { get; init; }
    }

    private sealed record AuditFaultRow
    {
        public Guid? MerchantId { get; init; }

        public required long ChainIndex { get; init; }

        public required string Kind { get; init; }
    }

    private sealed record KeyRow
    {
        public required Guid MerchantId { get; init; }

        public required string Key { get; init; }

        public required Guid KickId { get; init; }
    }
}
