using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// The kick functions of the database that work across merchants, in batches. What they decide is described beside them in
/// <c>sql/migrations</c>. Thread-safe.
/// </summary>
internal sealed class KickStore(
    NpgsqlDataSource dataSource, KickConnections connections, NodeIdentity node, IOptions<DatabaseOptions> database, IOptions<KickOptions> options,
    IOptions<NodeOptions> nodes, TimeProvider timeProvider)
{
    // What is only found is promised like what is new, and may stand on this server alone so far. A transaction that has written something waits
    // for the standby to have all that was written before it too; a message to nobody is the least that can be written.
    private const string Accept = """
        select ordinal, verdict, kick_id, accepted_at, expires_at, management_system_id, topic_template, subscription_topic,
               case when verdict in ('replayed', 'existing') then pg_logical_emit_message(true, 'cloudkick', ''::text) end as written
        from decide_kicks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """;

    private const string ClaimDue = """
        select kick_id, terminal_id, attempt, accepted_at, expires_at, remaining, access_protocol, trace_parent, topic_template, subscription_topic, taken_over
        from claim_due_kicks($1, $2, $3)
        """;

    // What expire_open_kicks ends in one call at most.
    private const int ExpiredAtOnce = 1_000;

    // Connecting and preparing included. With the 2 s that Npgsql leaves to a statement that it has cancelled, a link that is only half there
    // is given up within 10.
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(7);

    /// <summary>Judges and stores a batch in one transaction. No two orders may share a terminal, or a merchant and idempotency key.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used, or had no answer in time; whether anything was stored is then unknown.</exception>
    public async Task<KickDecision[]> AcceptAsync(IReadOnlyList<KickOrder> orders, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(AcceptTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await AcceptInTimeAsync(orders, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NpgsqlException("Taking kicks on took too long.", new TimeoutException(late.Message, late));
        }
    }

    private async Task<KickDecision[]> AcceptInTimeAsync(IReadOnlyList<KickOrder> orders, CancellationToken cancellationToken)
    {
        var asked = timeProvider.GetTimestamp();
        await using var connection = await connections.Deciding.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Accept, connection);
        Add(command, orders, order => order.Merchant.Value);
        Add(command, orders, order => order.ApiKeyId);
        Add(command, orders, order => order.TerminalId);
        Add(command, orders, order => order.ManagementSystemId);
        Add(command, orders, order => order.AccessProtocol);
        Add(command, orders, order => order.Reference);
        Add(command, orders, order => order.TtlSeconds);
        Add(command, orders, order => order.TryOffline);
        Add(command, orders, order => order.IdempotencyKey);
        Add(command, orders, order => order.Fingerprint);
        Add(command, orders, order => order.TraceParent);
        Add(command, orders, order => order.Watched);
        Add(command, orders, order => order.Request);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node.Name });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = nodes.Value.Timeout });

        if (database.Value.PrepareStatements)
            await command.PrepareAsync(cancellationToken);
        var decisions = new KickDecision[orders.Count];
        var standby = new StandbyWait(connection);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var answered = timeProvider.GetTimestamp();
            while (await reader.ReadAsync(cancellationToken))
            {
                var index = reader.GetInt32(0) - 1;
                decisions[index] = ReadDecision(reader, orders[index], asked, answered);
            }
        }
        standby.ThrowIfCutShort();
        return decisions;
    }

    /// <summary>Claims kicks whose lease has lapsed. <c>TakenOver</c>: whoever held it never said how its attempt ended.</summary>
    public async Task<IReadOnlyList<(KickAttempt Attempt, bool TakenOver)>> ClaimDueAsync(int limit, CancellationToken cancellationToken)
    {
        var asked = timeProvider.GetTimestamp();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(ClaimDue, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node.Name });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });

        var claimed = new List<(KickAttempt, bool)>();
        var standby = new StandbyWait(connection);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var answered = timeProvider.GetTimestamp();
            while (await reader.ReadAsync(cancellationToken))
            {
                claimed.Add((new KickAttempt
                {
                    Kick = new KickId(reader.GetGuid(0)),
                    TerminalId = reader.GetString(1),
                    Number = reader.GetInt32(2),
                    AcceptedAt = reader.GetFieldValue<DateTimeOffset>(3),
                    ExpiresAt = reader.GetFieldValue<DateTimeOffset>(4),
                    RemainingWhenLeased = reader.GetTimeSpan(5),
                    AccessProtocol = reader.GetString(6),
                    TraceParent = reader.IsDBNull(7) ? null : reader.GetString(7),
                    TopicTemplate = reader.GetString(8),
                    SubscriptionTopic = reader.GetString(9),
                    LeasedTimestamp = asked,
                    CheckedTimestamp = answered,
                    TryOffline = true,
                }, reader.GetBoolean(10)));
            }
        }
        standby.ThrowIfCutShort();
        return claimed;
    }

    /// <summary>Ends kicks whose deadline has passed, those first that have been over for longest; whether there may be more.</summary>
    public async Task<bool> ExpireAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select expire_open_kicks(null, $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node.Name });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))! == ExpiredAtOnce;
    }

    /// <summary>From now on the end of the merchant's kick is announced. False when it has already ended, or never was.</summary>
    public async Task<bool> WatchAsync(MerchantId merchant, KickId kick, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select watch_kick($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = merchant.Value });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = kick.Value });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes the partitions of the coming days, drops those past retention with all that belongs to them, and forgets old idempotency keys.</summary>
    public async Task MaintainAsync(int daysAhead, CancellationToken cancellationToken)
    {
        await using (var partitions = dataSource.CreateCommand("select made, dropped from maintain_kick_partitions($1, $2)"))
        {
            partitions.Parameters.Add(new NpgsqlParameter<int> { TypedValue = daysAhead });
            partitions.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Value.RetentionDays });
            await partitions.ExecuteNonQueryAsync(cancellationToken);
        }

        int forgotten;
        do
        {
            await using var followers = dataSource.CreateCommand("select forget_what_followed_kicks($1)");
            followers.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Value.RetentionDays });
            forgotten = (int)(await followers.ExecuteScalarAsync(cancellationToken))!;
        }
        while (forgotten > 0);

        do
        {
            await using var keys = dataSource.CreateCommand("select forget_idempotency_keys($1)");
            keys.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.IdempotencyRetention });
            forgotten = (int)(await keys.ExecuteScalarAsync(cancellationToken))!;
        }
        while (forgotten > 0);
    }

    private static KickDecision ReadDecision(NpgsqlDataReader reader, KickOrder order, long asked, long answered)
    {
        var verdict = Parse(reader.GetString(1));
        KickId? kick = reader.IsDBNull(2) ? null : new KickId(reader.GetGuid(2));
        if (verdict != KickVerdict.Accepted)
            return new KickDecision(verdict, kick, null);
        var (acceptedAt, expiresAt) = (reader.GetDateTime(3), reader.GetDateTime(4));
        var attempt = new KickAttempt
        {
            Kick = kick!.Value,
            TerminalId = order.TerminalId,
            Number = 1,
            TryOffline = order.TryOffline,
            AcceptedAt = acceptedAt,
            ExpiresAt = expiresAt,
            RemainingWhenLeased = TimeSpan.FromSeconds(order.TtlSeconds),
            LeasedTimestamp = asked,
            CheckedTimestamp = answered,
            AccessProtocol = order.AccessProtocol,
            TraceParent = order.TraceParent,
            TopicTemplate = reader.GetString(6),
            SubscriptionTopic = reader.GetString(7),
        };
        var stored = new KickRow
        {
            KickId = kick.Value.Value,
            TerminalId = order.TerminalId,
            ManagementSystemId = reader.GetString(5),
            AccessProtocol = order.AccessProtocol,
            Reference = order.Reference,
            State = "accepted",
            BrokerOutcome = "unknown",
            AcceptedAt = acceptedAt,
            ExpiresAt = expiresAt,
        };
        return new KickDecision(verdict, kick, attempt) { Stored = stored };
    }

    private static KickVerdict Parse(string verdict) => verdict switch
    {
        "accepted" => KickVerdict.Accepted,
        "connected" => KickVerdict.Connected,
        "existing" => KickVerdict.Existing,
        "replayed" => KickVerdict.Replayed,
        "key_reused" => KickVerdict.KeyReused,
        "key_in_use" => KickVerdict.KeyInUse,
        "not_whitelisted" => KickVerdict.NotWhitelisted,
        "cloud_connect_1" => KickVerdict.CloudConnect1,
        "management_system_mismatch" => KickVerdict.ManagementSystemMismatch,
        "offline" => KickVerdict.Offline,
        "in_progress" => KickVerdict.InProgress,
        "contended" => KickVerdict.Contended,
        _ => throw new InvalidOperationException($"decide_kicks gave a verdict that this release does not know: {verdict}."),
    };

    private static void Add<T>(NpgsqlCommand command, IReadOnlyList<KickOrder> orders, Func<KickOrder, T> column)
    {
        var values = new T[orders.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = column(orders[i]);
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
    }
}
