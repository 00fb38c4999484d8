using CloudKick.Cli.Local;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Testing;
using CloudKick.Testing.Postgres;
using Npgsql;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The database dies, does not answer, has no room, or is behind something: nothing is promised that is not stored.</summary>
[Patience]
internal sealed class DatabaseTests
{
    private const int TtlSeconds = 20;

    // So long that even a busy machine comes to all of them.
    private const int LongTtlSeconds = 30;
    private const int Terminations = 5;
    private static readonly TimeSpan BackAfterRestart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DiskIsFull = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackAfterFullDisk = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntilRefused = TimeSpan.FromMilliseconds(100);

    // Those of one experiment's database; others share the server.
    private const string TerminateSessions =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'cloudkick_relay' and datname = current_database()";

    [Test]
    public async Task Database_that_is_restarted_killed_and_closes_sessions_loses_nothing(CancellationToken cancellationToken)
    {
        await using var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable.Settings }, progress: null, cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 60, Server = server }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals) { UnderWay = 6, Pause = TimeSpan.FromMilliseconds(20) }, 0,
            async () =>
            {
                await Answers.PromiseAsync(world, cancellationToken);
                for (var round = 0; round < Terminations; round++)
                {
                    world.History.Fault("the relay's sessions are terminated");
                    await world.ScalarAsync<long>(TerminateSessions, cancellationToken);
                    await Answers.PromiseAgainAsync(world, BackAfterRestart, cancellationToken);
                }
                world.History.Fault("the database is restarted");
                await server.StopAsync();
                await server.StartAgainAsync(cancellationToken);
                await Answers.PromiseAgainAsync(world, BackAfterRestart, cancellationToken);
                world.History.Fault("the database is killed");
                await server.KillAsync();
                await server.StartAgainAsync(cancellationToken);
                await Answers.PromiseAgainAsync(world, BackAfterRestart, cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Database_that_does_not_answer_or_has_no_connection_left_is_said_to_be_unavailable(CancellationToken cancellationToken)
    {
        await using var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Settings = Durable.Settings, MaximumConnections = 30 }, progress: null, cancellationToken);
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
    public async Task Database_whose_disk_is_full_takes_on_nothing_and_goes_on_when_there_is_room(CancellationToken cancellationToken)
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 160, cancellationToken);
        await using var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = disk.Directory, Settings = [.. Durable.Settings, "max_wal_size=32MB", "min_wal_size=32MB"] }, progress: null, cancellationToken);
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 60, Server = server }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals), 0,
            async () =>
            {
                await Answers.PromiseAsync(world, cancellationToken);
                world.History.Fault("the disk is full");
                disk.Fill();
                await Eventually.HoldsAsync(() => Answers.Of(world).Any(answer => answer.Text == "database-unavailable"), cancellationToken);
                await Task.Delay(DiskIsFull, cancellationToken);
                world.History.Fault("the disk has room");
                TestContext.Progress.WriteLine($"the server {(server.IsRunning ? "runs" : "has ended")} when there is room again");
                disk.Clear();
                // One that could not recover for lack of room has ended, or is about to; somebody starts it again, whenever that is.
                await Answers.PromiseAgainAsync(world, BackAfterFullDisk, cancellationToken, meanwhile: () => server.StartAgainAsync(cancellationToken), log: server.LogFile);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

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
