using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using Dapper;
using Npgsql;

namespace CloudKick.Testing.Volume;

/// <summary>
/// Fills a database with what a relay of some age holds: merchants of very different sizes, terminals, whitelists, presence and its
/// history, kicks of every outcome with their events and sessions over daily partitions, audit chains, and the counts as the relay's own
/// rollup makes them. The SQL is in <c>volume.sql</c>.
/// </summary>
public static class StoredVolume
{
    private const int FewestTerminals = 1_000;
    private const int Writers = 2;
    private const int RollupBatch = 50_000;
    private const int MerchantsWithOpenKicks = 40;

    // Minutes are kept as long as this: they are made from every kick, so the relay's own rollup makes them.
    private static readonly TimeSpan CountedByRelay = TimeSpan.FromDays(2);

    // What the examples are of: the largest merchant, one of a middle size, one with three terminals.
    private static readonly int[] Examples = [1, 12, 112];

    /// <summary>Fills a migrated database in which nothing is stored yet.</summary>
    /// <param name="owner">Connections as the schema's owner.</param>
    /// <param name="options">How much.</param>
    /// <param name="progress">Told what it is at; may be null.</param>
    /// <param name="cancellationToken">Cancels; the database is then of no use.</param>
    /// <returns>Some of the merchants, the largest first.</returns>
    public static async Task<IReadOnlyList<VolumeMerchant>> FillAsync(
        NpgsqlDataSource owner, VolumeOptions options, Action<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Terminals, FewestTerminals);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Days, 2);
        await PrepareAsync(owner, cancellationToken);
        Say($"{options.Terminals:N0} terminals");
        await RunAsync(owner, "select volume.fill_merchants(@Terminals); select volume.fill_terminals(@Terminals)", new { options.Terminals }, cancellationToken);
        await RunAsync(owner, "analyze volume.merchants, volume.terminals", null, cancellationToken);
        await RunAsync(owner, "select volume.fill_evidence()", null, cancellationToken);
        await RunAsync(owner, "select volume.fill_audit(m.merchant_id) from volume.merchants m where m.n <= 111 or m.n % 10 = 0", null, cancellationToken);

        await FillKicksAsync(owner, options.Kicks, options.Days, bare: false, Say, cancellationToken);
        Say($"counts");
        await RollUpAsync(owner, cancellationToken);
        await RunAsync(owner, "select volume.fill_open(@MerchantsWithOpenKicks)", new { MerchantsWithOpenKicks }, cancellationToken);
        Say($"vacuum analyze");
        await RunAsync(owner, "vacuum analyze", null, cancellationToken);
        return await FindAsync(owner, cancellationToken);

        void Say(FormattableString what) => progress?.Invoke("filling: " + what.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Adds kicks that have ended, and nothing else, to the terminals that a database has: as many rows as a benchmark needs, in as little
    /// time and room as possible.
    /// </summary>
    /// <param name="owner">Connections as the schema's owner.</param>
    /// <param name="kicks">How many.</param>
    /// <param name="days">Over how many days, up to now, they are spread: 2 or more.</param>
    /// <param name="progress">Told what it is at; may be null.</param>
    /// <param name="cancellationToken">Cancels; the database is then of no use.</param>
    public static async Task AddKicksAsync(NpgsqlDataSource owner, long kicks, int days, Action<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 2);
        await PrepareAsync(owner, cancellationToken);
        await RunAsync(owner, "select volume.adopt_terminals()", null, cancellationToken);
        await RunAsync(owner, "analyze volume.terminals", null, cancellationToken);
        await FillKicksAsync(owner, kicks, days, bare: true, Say, cancellationToken);
        // They count as counted: the relay would take hours for it.
        await RunAsync(owner, "update kick_rollup set upto = first_kick_id_at(clock_timestamp())", null, cancellationToken);
        Say($"vacuum analyze");
        await RunAsync(owner, "vacuum analyze", null, cancellationToken);

        void Say(FormattableString what) => progress?.Invoke("filling: " + what.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Some of the merchants of a database that was filled, the largest first; none in one that was not.</summary>
    public static async Task<IReadOnlyList<VolumeMerchant>> FindAsync(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        var filled = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('volume.merchants') is not null", cancellationToken: cancellationToken));
        if (!filled)
            return [];
        var merchants = await connection.QueryAsync<VolumeMerchantRow>(new CommandDefinition(
            """
            select m.merchant_id as MerchantId, t.terminal_id as TerminalId, k.kick_id as NewestKick, o.kick_id as OldestKick, k.reference as Reference,
                   t.api_key_id as ApiKeyId, (select u.user_id from users u where u.merchant_id = m.merchant_id limit 1) as UserId
            from volume.merchants m
            -- Its whitelisted terminal with the newest kick that has a reference.
            cross join lateral (
                select k.*
                from kicks k
                join whitelist_entries w on w.merchant_id = k.merchant_id and w.terminal_id = k.terminal_id
                where k.merchant_id = m.merchant_id and k.reference is not null and k.state = 'connected'
                order by k.kick_id desc
                limit 1) k
            cross join lateral (select k.kick_id from kicks k where k.merchant_id = m.merchant_id order by k.kick_id limit 1) o
            join volume.terminals t on t.terminal_id = k.terminal_id
            where m.n = any (@Examples)
            order by m.n
            """,
            new { Examples }, commandTimeout: 0, cancellationToken: cancellationToken));
        return [.. merchants.Select(row => new VolumeMerchant(
            new MerchantId(row.MerchantId), row.TerminalId, new KickId(row.NewestKick), new KickId(row.OldestKick), row.Reference, row.ApiKeyId, row.UserId))];
    }

    private static async Task PrepareAsync(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        await using var resource = typeof(StoredVolume).Assembly.GetManifestResourceStream("volume.sql")!;
        using var script = new StreamReader(resource);
        await RunAsync(owner, await script.ReadToEndAsync(cancellationToken), null, cancellationToken);
    }

    private static async Task FillKicksAsync(
        NpgsqlDataSource owner, long kicks, int overDays, bool bare, Action<FormattableString> say, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var days = DaysUpTo(now, overDays, kicks).ToArray();
        foreach (var day in days)
            await RunAsync(owner, "call volume.make_day(@Date::date)", new { day.From.Date }, cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken };
        var done = 0L;
        await Parallel.ForEachAsync(days, parallel, async (day, token) =>
        {
            await RunAsync(
                owner, "call volume.fill_day(@Date::date, @From, @Until, @Kicks, @bare)",
                new { day.From.Date, day.From, day.Until, day.Kicks, bare }, token);
            say($"{Interlocked.Add(ref done, day.Kicks):N0} kicks");
        });

        // The indexes are built here, one partition after the other: attaching locks the default partition.
        say($"indexes");
        foreach (var day in days)
            await RunAsync(owner, "call volume.attach_day(@Date::date)", new { day.From.Date }, cancellationToken);
    }

    // The first and the last day are parts of one.
    private static IEnumerable<(DateTime From, DateTime Until, int Kicks)> DaysUpTo(DateTime now, int days, long kicks)
    {
        var begin = now.AddDays(-days);
        var told = 0L;
        for (var from = begin; from < now;)
        {
            var until = from.Date.AddDays(1) < now ? from.Date.AddDays(1) : now;
            var upto = (long)(kicks * ((until - begin) / (now - begin)));
            yield return (from, until, (int)(upto - told));
            (from, told) = (until, upto);
        }
    }

    // The newest kicks one batch after the other, as the relay would have done every second.
    private static async Task RollUpAsync(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        await RunAsync(owner, "select volume.fill_counts(now() - @CountedByRelay)", new { CountedByRelay }, cancellationToken);
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        int counted;
        do
        {
            counted = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
                "select roll_up_kicks(@RollupBatch, interval '0')", new { RollupBatch }, commandTimeout: 0, cancellationToken: cancellationToken));
        }
        while (counted > 0);
        await RunAsync(owner, "select forget_kick_counts(), roll_up_terminal_counts()", null, cancellationToken);
    }

    private static async Task RunAsync(NpgsqlDataSource owner, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    private sealed record VolumeMerchantRow
    {
        public required Guid MerchantId { get; init; }
        public required string TerminalId { get; init; }
        public required Guid NewestKick { get; init; }
        public required Guid OldestKick { get; init; }
        public required string Reference { get; init; }
        public required string ApiKeyId { get; init; }
        public required Guid UserId { get; init; }
    }
}
