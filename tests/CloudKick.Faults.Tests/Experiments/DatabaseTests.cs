using System.Diagnostics;
using System.Net;
using CloudKick.Cli.Local;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Testing;
using CloudKick.Testing.Postgres;
using Dapper;
using Npgsql;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The database dies, is replaced, has no room, or is behind something: nothing is promised that is not stored.</summary>
[Patience]
internal sealed class DatabaseTests
{
    private const int TtlSeconds = 20;

    // So long that even a busy machine comes to all of them.
    private const int LongTtlSeconds = 30;
    private const int Terminations = 5;
    private static readonly TimeSpan BackAfterRestart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackAfterPromotion = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BackAfterStandby = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DiskIsFull = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackAfterFullDisk = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntilRefused = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    // Those of one experiment's database; others share the server.
    private const string TerminateSessions =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'cloudkick_relay' and datname = current_database()";

    // The disk itself may be slow, but what is committed is handed to the system: only a crash of the whole machine could take it back.
    private static readonly string[] Durable = ["synchronous_commit=on", "fsync=off"];

    [Test]
    public async Task Database_that_is_restarted_killed_and_closes_sessions_loses_nothing(CancellationToken cancellationToken)
    {
        await using var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable }, progress: null, cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 60, Server = server }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals) { UnderWay = 6, Pause = TimeSpan.FromMilliseconds(20) }, 0,
            async () =>
            {
                for (var round = 0; round < Terminations; round++)
                {
                    await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
                    world.History.Fault("the relay's sessions are terminated");
                    await world.ScalarAsync<long>(TerminateSessions, cancellationToken);
                }
                await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
                world.History.Fault("the database is restarted");
                await server.StopAsync();
                await server.StartAgainAsync(cancellationToken);
                await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
                world.History.Fault("the database is killed");
                await server.KillAsync();
                await server.StartAgainAsync(cancellationToken);
                await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Database_that_does_not_answer_or_has_no_connection_left_is_said_to_be_unavailable(CancellationToken cancellationToken)
    {
        await using var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Settings = Durable, MaximumConnections = 30 }, progress: null, cancellationToken);
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 40, Server = server,
                Settings = new Dictionary<string, string>
                {
                    ["CloudKick:Database:MaximumPoolSize"] = "8",
                    ["CloudKick:Database:CommandTimeout"] = "00:00:03",
                    ["CloudKick:Database:ConnectTimeout"] = "00:00:02",
                },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds, requestTimeout: TimeSpan.FromSeconds(10));

        // Every connection of the pool is under way for ever.
        world.History.Fault("the database does not answer");
        world.DatabaseLink.Inject(new LinkFaults { Hangs = true });
        var silent = await Task.WhenAll(world.Terminals.Take(20).Select(terminal => till.AskAsync(terminal, "silent-" + terminal, cancellationToken)));
        world.DatabaseLink.ResetAll();
        world.DatabaseLink.Heal();
        var afterwards = await Task.WhenAll(world.Terminals.Take(20).Select(terminal => till.KickAsync(terminal, "silent-" + terminal, cancellationToken)));

        // Others have all of the server's.
        world.History.Fault("the database has no connection left");
        var hog = await HogAsync(server, world, cancellationToken);
        var full = await Task.WhenAll(world.Terminals.Skip(20).Select(terminal => till.AskAsync(terminal, "full-" + terminal, cancellationToken)));
        foreach (var connection in hog)
            await connection.DisposeAsync();
        var again = await Task.WhenAll(world.Terminals.Skip(20).Select(terminal => till.KickAsync(terminal, "full-" + terminal, cancellationToken)));

        Assert.That(silent.Concat(full).Select(answer => answer?.Status), Is.All.EqualTo(503), "said, and in time");
        Assert.That(afterwards.Concat(again).Select(answer => answer?.IsSuccess), Is.All.True);
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Kick_whose_commit_the_relay_does_not_hear_of_goes_out_all_the_same_and_is_what_its_key_gives(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 40,
                Settings = new Dictionary<string, string>
                {
                    ["CloudKick:Database:CommandTimeout"] = "00:00:03",
                    ["CloudKick:Database:ConnectTimeout"] = "00:00:02",
                },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, LongTtlSeconds, requestTimeout: TimeSpan.FromSeconds(10));
        var (first, unheard) = (world.Terminals.Take(20), world.Terminals.Skip(20).ToArray());
        // One after the other: each connection of the pool has its statements prepared by now.
        foreach (var terminal in first)
            await till.KickAsync(terminal, "first-" + terminal, cancellationToken);

        world.History.Fault("the database is asked, and its answers do not come");
        world.DatabaseLink.ToClient.Faults = new LinkFaults { Hangs = true };
        var told = await Task.WhenAll(unheard.Select(terminal => till.AskAsync(terminal, "unheard-" + terminal, cancellationToken)));
        var stored = await world.ScalarAsync<long>("select count(*) from idempotency_keys where key like 'unheard-%'", cancellationToken);
        world.DatabaseLink.ResetAll();
        world.DatabaseLink.Heal();
        var again = await Task.WhenAll(unheard.Select(terminal => till.KickAsync(terminal, "unheard-" + terminal, cancellationToken)));

        TestContext.Progress.WriteLine($"of {told.Length} kicks that were answered with 503, {stored} were stored");
        Assert.That(told.Select(answer => (answer?.Status, answer?.Text)), Is.All.EqualTo((503, "database-unavailable")));
        Assert.That(stored, Is.Positive, "what nobody heard of was committed");
        Assert.That(again.Select(answer => answer?.IsSuccess), Is.All.True);
        await Run.JudgeAsync(world, LongTtlSeconds, cancellationToken);
        Assert.That(
            await world.ScalarAsync<long>("select count(*) from kicks k join idempotency_keys i using (kick_id) where i.key like 'unheard-%' and k.broker_outcome = 'acked'", cancellationToken),
            Is.EqualTo(unheard.Length), "each key is one kick, and it went out");
    }

    [Test]
    public async Task Pool_that_is_empty_is_said_to_be_the_database_that_is_unavailable_until_it_is_not(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 20,
                Settings = new Dictionary<string, string>
                {
                    // One of the two listens for notifications.
                    ["CloudKick:Database:MaximumPoolSize"] = "2",
                    ["CloudKick:Database:CommandTimeout"] = "00:00:05",
                    ["CloudKick:Database:ConnectTimeout"] = "00:00:02",
                },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds, requestTimeout: TimeSpan.FromSeconds(15));
        var kick = (await till.KickAsync(world.Terminals[0], "before", cancellationToken))!.KickId!;
        await using var locker = await world.Superuser.OpenConnectionAsync(cancellationToken);

        // What has the connection waits for kicks, and all others for the connection.
        await using var transaction = await locker.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("lock table kicks in access exclusive mode", locker, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        world.History.Fault("no connection of the pool comes back");
        var reads = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => till.GetAsync(kick, cancellationToken)));
        var asked = await Task.WhenAll(world.Terminals.Skip(1).Select(terminal => till.AskAsync(terminal, "empty-" + terminal, cancellationToken)));
        var read = await reads;
        await transaction.RollbackAsync(cancellationToken);
        world.History.Fault("the pool has its connections again");
        var again = await Task.WhenAll(world.Terminals.Skip(1).Select(terminal => till.KickAsync(terminal, "empty-" + terminal, cancellationToken)));

        Assert.That(read.Select(body => (string?)body["code"]), Is.All.EqualTo("database-unavailable"));
        Assert.That(asked.Select(answer => answer?.Text), Is.All.EqualTo("database-unavailable"));
        Assert.That(world.Nodes[0].Log, Does.Contain("The connection pool has been exhausted").And.Contain("'Max Pool Size' (currently 2)"), "that was why");
        Assert.That(again.Select(answer => answer?.IsSuccess), Is.All.True);
        Assert.That((string?)(await till.GetAsync(kick, cancellationToken))["id"], Is.EqualTo(kick));
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Behind_PgBouncer_that_keeps_no_sessions_every_promise_is_kept(CancellationToken cancellationToken)
    {
        PgBouncer? bouncer = null;
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 2, Terminals = 60,
                ConnectionString = async direct =>
                {
                    bouncer = await PgBouncer.StartAsync(direct, poolSize: 10, cancellationToken);
                    return new NpgsqlConnectionStringBuilder(direct) { Port = bouncer.Port }.ConnectionString;
                },
                // Another relay's transaction gets the connection, and its statement is not prepared there.
                Settings = new Dictionary<string, string> { ["CloudKick:Database:PrepareStatements"] = "false" },
            },
            cancellationToken);
        await using var disposed = bouncer;
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals), 200,
            async () =>
            {
                world.History.Fault("the relay's sessions are terminated");
                await world.ScalarAsync<long>(TerminateSessions, cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Synchronous_standby_that_is_promoted_has_every_kick_that_was_promised(CancellationToken cancellationToken)
    {
        await using var primary = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable }, progress: null, cancellationToken);
        await using var standby = await StandbyPostgres.StartAsync(primary, synchronous: true, cancellationToken);
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 2, Terminals = 60, Server = primary,
                ConnectionString = direct => Task.FromResult(new NpgsqlConnectionStringBuilder(direct)
                {
                    Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Server.Port}",
                    TargetSessionAttributes = "primary",
                }.ConnectionString),
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals), 60,
            async () =>
            {
                await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
                world.History.Fault("the primary is killed");
                await primary.KillAsync();
                await standby.PromoteAsync(cancellationToken);
                world.History.Fault("the standby is promoted");
                world.LookAt(standby.Server);
                await AnswersAgainAsync(world, BackAfterPromotion, cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
        // The world's database is dropped where it was made.
        await primary.StartAgainAsync(cancellationToken);
        await StandbyPostgres.ReleaseAsync(primary, cancellationToken);
    }

    [Test]
    public async Task Synchronous_standby_that_hangs_or_is_cut_off_lets_no_kick_be_promised_that_it_does_not_have(CancellationToken cancellationToken)
    {
        await using var primary = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable }, progress: null, cancellationToken);
        await using var link = new FaultProxy(Run.Seed, null, new IPEndPoint(IPAddress.Loopback, primary.Port));
        await using var standby = await StandbyPostgres.StartAsync(primary, synchronous: true, cancellationToken, link.Port);
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 2, Terminals = 60, Server = primary,
                Settings = new Dictionary<string, string> { ["CloudKick:Database:CommandTimeout"] = "00:00:02" },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, LongTtlSeconds, requestTimeout: TimeSpan.FromSeconds(10));

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals) { Pause = TimeSpan.FromMilliseconds(20) }, 0,
            async () =>
            {
                await StrikeAsync("the link to the standby hangs", () => link.Inject(new LinkFaults { Hangs = true }));
                await StrikeAsync("the standby is cut off", () =>
                {
                    link.Refuses = true;
                    link.ResetAll();
                });
            },
            cancellationToken);

        await Run.JudgeAsync(world, LongTtlSeconds, cancellationToken);
        await JudgeStandbyAsync(world, standby, cancellationToken);

        async Task StrikeAsync(string fault, Action strike)
        {
            await AnswersAgainAsync(world, BackAfterStandby, cancellationToken);
            world.History.Fault(fault);
            strike();
            var from = world.History.Now;
            // The commit is waited for in vain; then the till asks again, when what was not waited for to the end is stored here alone.
            await Eventually.HoldsAsync(() => TwiceRefused(world, from) || PromisedSince(world, from), cancellationToken);
            await JudgeStandbyAsync(world, standby, cancellationToken);
            world.History.Fault("the standby is there again");
            link.Heal();
            await AnswersAgainAsync(world, BackAfterStandby, cancellationToken);
        }
    }

    [Test]
    public async Task Database_whose_disk_is_full_takes_on_nothing_and_goes_on_when_there_is_room(CancellationToken cancellationToken)
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 160, cancellationToken);
        await using var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = disk.Directory, Settings = [.. Durable, "max_wal_size=32MB", "min_wal_size=32MB"] }, progress: null, cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 60, Server = server }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals), 0,
            async () =>
            {
                await AnswersAgainAsync(world, BackAfterRestart, cancellationToken);
                world.History.Fault("the disk is full");
                disk.Fill();
                await Eventually.HoldsAsync(() => Answers(world).Any(answer => answer.Text == "database-unavailable"), cancellationToken);
                await Task.Delay(DiskIsFull, cancellationToken);
                world.History.Fault("the disk has room");
                TestContext.Progress.WriteLine($"the server {(server.IsRunning ? "runs" : "has ended")} when there is room again");
                disk.Clear();
                // One that could not recover for lack of room has ended, or is about to; somebody starts it again, whenever that is.
                await AnswersAgainAsync(world, BackAfterFullDisk, cancellationToken, meanwhile: () => server.StartAgainAsync(cancellationToken), log: server.LogFile);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    private static async Task AnswersAgainAsync(
        World world, TimeSpan within, CancellationToken cancellationToken, Func<Task>? meanwhile = null, string? log = null)
    {
        var (from, watch) = (world.History.Now, Stopwatch.StartNew());
        while (watch.Elapsed < within && !Answers(world).Any(answer => answer.IsSuccess && answer.At > from))
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(Glance, cancellationToken);
        }
        Assert.That(watch.Elapsed, Is.LessThan(within), () => $"no kick is taken on\n{(log is null ? "" : string.Join('\n', File.ReadLines(log).TakeLast(40)))}\n{world.Nodes[0].Log}");
        TestContext.Progress.WriteLine($"kicks are taken on again after {watch.Elapsed.TotalSeconds:F1} s");
    }

    private static bool TwiceRefused(World world, DateTimeOffset from) =>
        Answers(world).Where(answer => answer.At > from && answer.Status == 503).CountBy(answer => answer.Key).Any(key => key.Value > 1);

    private static bool PromisedSince(World world, DateTimeOffset from)
    {
        var before = world.History.Snapshot().OfType<Happening.Asked>().Where(asked => asked.At <= from).Select(asked => asked.Key).ToHashSet();
        return Answers(world).Any(answer => answer.IsSuccess && !before.Contains(answer.Key));
    }

    // What it has received it shows a moment later.
    private static async Task JudgeStandbyAsync(World world, StandbyPostgres standby, CancellationToken cancellationToken)
    {
        var promised = Answers(world).Where(answer => answer.IsSuccess).Select(answer => answer.Key).Distinct().ToArray();
        await using var connection = new NpgsqlConnection(standby.Server.SuperuserConnectionString(world.Database.Name) + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await Eventually.BecomesAsync(
            () => connection.ExecuteScalarAsync<bool>(
                new CommandDefinition("select pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()", cancellationToken: cancellationToken)),
            true, cancellationToken);
        var missing = await connection.QueryAsync<string>(new CommandDefinition(
            "select p from unnest(@promised) p where not exists (select from idempotency_keys i join kicks k using (kick_id) where i.key = p)",
            new { promised }, cancellationToken: cancellationToken));
        TestContext.Progress.WriteLine($"the standby has been asked for {promised.Length} kicks");
        Assert.That(missing, Is.Empty, "what a till was promised is on the standby");
    }

    private static IEnumerable<Happening.Answered> Answers(World world) => world.History.Snapshot().OfType<Happening.Answered>();

    private static async Task<List<NpgsqlConnection>> HogAsync(PrivatePostgres server, World world, CancellationToken cancellationToken)
    {
        var connections = new List<NpgsqlConnection>();
        // As a superuser, since the last places are theirs; the relay's own are then freed for us.
        var connectionString = new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString(world.Database.Name)) { Pooling = false, Timeout = 2 }.ConnectionString;
        for (var refused = 0; refused < 3;)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync(cancellationToken);
                connections.Add(connection);
                await using var terminate = new NpgsqlCommand(TerminateSessions, connection);
                await terminate.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                refused++;
                await connection.DisposeAsync();
                await Task.Delay(UntilRefused, cancellationToken);
            }
        }
        return connections;
    }
}
