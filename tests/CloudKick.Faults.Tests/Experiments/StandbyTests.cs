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

/// <summary>The database has a synchronous standby, which takes its place, or which it does not reach: a kick that is promised is on both.</summary>
[Patience]
internal sealed class StandbyTests
{
    private const int TtlSeconds = 20;

    // So long that even a busy machine comes to all of them.
    private const int LongTtlSeconds = 30;
    private static readonly TimeSpan BackAfterPromotion = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BackAfterStandby = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShownAfterReceived = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Synchronous_standby_that_is_promoted_has_every_kick_that_was_promised(CancellationToken cancellationToken)
    {
        await using var primary = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable.Settings }, progress: null, cancellationToken);
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
                await Answers.PromiseAsync(world, cancellationToken);
                world.History.Fault("the primary is killed");
                await primary.KillAsync();
                await standby.PromoteAsync(cancellationToken);
                world.History.Fault("the standby is promoted");
                world.LookAt(standby.Server);
                await Answers.PromiseAgainAsync(world, BackAfterPromotion, cancellationToken);
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
        await using var primary = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = Durable.Settings }, progress: null, cancellationToken);
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
            await Answers.PromiseAsync(world, cancellationToken);
            world.History.Fault(fault);
            strike();
            var from = world.History.Now;
            // The commit is waited for in vain; then the till asks again, when what was not waited for to the end is stored here alone.
            await Eventually.HoldsAsync(() => TwiceRefused(world, from) || PromisedSince(world, from), cancellationToken);
            await JudgeStandbyAsync(world, standby, cancellationToken);
            world.History.Fault("the standby is there again");
            link.Heal();
            await Answers.PromiseAgainAsync(world, BackAfterStandby, cancellationToken);
        }
    }

    private static bool TwiceRefused(World world, DateTimeOffset from) =>
        Answers.Of(world).Where(answer => answer.At > from && answer.Status == 503).CountBy(answer => answer.Key).Any(key => key.Value > 1);

    private static bool PromisedSince(World world, DateTimeOffset from)
    {
        var before = world.History.Snapshot().OfType<Happening.Asked>().Where(asked => asked.At <= from).Select(asked => asked.Key).ToHashSet();
        return Answers.Of(world).Any(answer => answer.IsSuccess && !before.Contains(answer.Key));
    }

    // What it has received it shows a moment later. It cannot be asked whether it has shown all: its last record may have come in part.
    private static async Task JudgeStandbyAsync(World world, StandbyPostgres standby, CancellationToken cancellationToken)
    {
        var promised = Answers.Of(world).Where(answer => answer.IsSuccess).Select(answer => answer.Key).Distinct().ToArray();
        await using var connection = new NpgsqlConnection(standby.Server.SuperuserConnectionString(world.Database.Name) + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ShownAfterReceived);
        await Eventually.BecomesAsync(
            async () => (await connection.QueryAsync<string>(new CommandDefinition(
                "select p from unnest(@promised) p where not exists (select from idempotency_keys i join kicks k using (kick_id) where i.key = p)",
                new { promised }, cancellationToken: cancellationToken))).ToArray() is { Length: > 0 } missing
                ? $"promised to a till, and not on the standby: {string.Join(' ', missing)}"
                : "all there",
            "all there", deadline.Token);
        TestContext.Progress.WriteLine($"the standby has been asked for {promised.Length} kicks");
    }
}
