using System.Diagnostics;
using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Kicks go over the cloud's HTTPS API, all of them (<c>Https</c>) or those that MQTT does not take (<c>Auto</c>), and either way fails.</summary>
[Patience]
internal sealed class TransportTests
{
    private const int TtlSeconds = 20;

    // An answer of the API, its TLS included, is a little shorter.
    private const int AnswerBytes = 400;
    private const int Tears = 4;
    private const int BriefOnes = 40;
    private const int SlowOnes = 4;

    // Of each node, once its health names the fault.
    private const int TriesInVain = 1;

    // Few, so that a small burst is more than the connection takes.
    private const int MaximumInFlight = 10;
    private const int Burst = 4 * MaximumInFlight;

    // Five seconds is the longest that the way is left alone, and one is for the kick that finds it.
    private static readonly TimeSpan OutAgain = TimeSpan.FromSeconds(5 + 1);

    // When its kick has gone out again, and before it is over.
    private static readonly TimeSpan ActsAfter = TimeSpan.FromSeconds(15);

    // The second so late that a busy machine sees a publish before its answer comes; a connection that is new then waits for two of them, within
    // the attempt's four seconds.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    [Test]
    public async Task Https_that_is_late_silent_torn_or_refused_loses_nothing_and_is_used_again_within_seconds(CancellationToken cancellationToken)
    {
        await using var world = await StartAsync("Https", nodes: 2, terminals: BriefOnes + SlowOnes, cancellationToken);
        var (brief, slow) = (world.Terminals.SkipLast(SlowOnes).ToArray(), world.Terminals.TakeLast(SlowOnes).ToArray());
        await world.PlayBriefSessionsAsync(cancellationToken, brief);
        // They have not acted on a kick yet when it comes again.
        await world.PlayAsync(slow, options => options with { Behaviour = TerminalBehaviour.Slow, BehaviourDelay = ActsAfter }, cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, brief) { UnderWay = 8, Pause = Pause }, 0,
            async () =>
            {
                await SilenceAsync(world, till, slow, cancellationToken);
                await TearAsync(world, cancellationToken);
                await RefuseAsync(world, cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
        Assert.That(Published(world).Select(published => published.IsOverHttps), Is.All.True);
        Assert.That(Published(world).CountBy(published => published.KickId).Count(kick => kick.Value > 1), Is.Positive, "went out again under their ids");
    }

    [Test]
    public async Task Auto_sends_over_https_what_MQTT_does_not_take_while_it_is_cut_off_and_while_it_is_full(CancellationToken cancellationToken)
    {
        await using var world = await StartAsync("Auto", nodes: 1, terminals: BriefOnes + Burst, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);
        var node = world.Nodes[0];
        var (brief, burst) = (world.Terminals.SkipLast(Burst).ToArray(), world.Terminals.TakeLast(Burst).ToArray());
        var (away, back) = (default(DateTimeOffset), default(DateTimeOffset));

        await Run.UnderLoadAsync(
            new KickLoad(till, brief) { UnderWay = 8, Pause = Pause }, 0,
            async () =>
            {
                await GoOutOverMqttAsync(world, since: default, cancellationToken);
                world.History.Fault("MQTT is cut off and refused");
                world.BrokerLink.Refuses = true;
                world.BrokerLink.ResetAll();
                await Eventually.HoldsAsync(
                    () => Health.OfTransportAsync(node, cancellationToken), words => words.Contains("no MQTT connection", StringComparison.Ordinal), cancellationToken);
                away = world.History.Now;
                await Eventually.HoldsAsync(() => Published(world).Count(published => published.At > away) >= BriefOnes, cancellationToken);
                // HTTPS is enough for that.
                await node.WaitUntilReadyAsync(cancellationToken);
                back = world.History.Now;
                world.History.Fault("MQTT is there again");
                world.BrokerLink.Heal();
                await GoOutOverMqttAsync(world, back, cancellationToken);
            },
            cancellationToken);

        world.History.Fault("acknowledgements held");
        var full = world.History.Now;
        world.HoldAcknowledgements();
        var kicking = Task.WhenAll(burst.Select(terminal => till.KickAsync(terminal, "burst-" + terminal, cancellationToken)));
        await Eventually.HoldsAsync(() => HaveTheirs(world, burst), cancellationToken);
        var overHttps = Published(world).Count(published => published.At > full && published.IsOverHttps);
        world.ReleaseAcknowledgements();
        await kicking;

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken, world.Rules with { MaximumInFlight = MaximumInFlight });
        var meanwhile = Published(world).Count(published => published.At > away && published.At < back);
        TestContext.Progress.WriteLine($"{meanwhile} kicks went out while MQTT was cut off; of {Burst} while it was full, {overHttps} over HTTPS");
        Assert.That(meanwhile, Is.Positive);
        Assert.That(await AttemptedAgainAsync(world, away, back, cancellationToken), Is.Zero, "the first attempt found the other way");
        Assert.That(overHttps, Is.AtLeast(Burst - MaximumInFlight));
        Assert.That(await AttemptedAgainAsync(world, full, world.History.Now, cancellationToken), Is.AtMost(MaximumInFlight), "so did all but those that MQTT had");
        Assert.That(await world.ScalarAsync<long>("select count(*) from kick_events where detail like 'taken over%'", cancellationToken), Is.Zero, "none waited for its lease");
    }

    private static Task<World> StartAsync(string transport, int nodes, int terminals, CancellationToken cancellationToken) => World.StartAsync(
        new WorldOptions
        {
            Seed = Run.Seed,
            Nodes = nodes,
            Terminals = terminals,
            Settings = new Dictionary<string, string>
            {
                ["CloudKick:Publishing:Transport"] = transport,
                ["CloudKick:Mqtt:Connections"] = "1",
                ["CloudKick:Mqtt:MaximumInFlight"] = MaximumInFlight.ToString(CultureInfo.InvariantCulture),
            },
        },
        cancellationToken);

    // First answers come late, then not at all, and a node dies.
    private static async Task SilenceAsync(World world, Till till, IReadOnlyList<string> slow, CancellationToken cancellationToken)
    {
        var (survivor, victim) = (world.Nodes[0], world.Nodes[1]);
        world.History.Fault("answers come late");
        world.HttpsLink.ToClient.Faults = new LinkFaults { Latency = Late };
        await Task.WhenAll(world.Nodes.Select(node => RecordsAsync(world, node, "published", since: 0, cancellationToken)));
        world.HttpsLink.ToClient.Faults = new LinkFaults { Latency = Later };
        var kicking = Task.WhenAll(slow.Select(terminal => till.KickAsync(terminal, "slow-" + terminal, cancellationToken)));
        // The answer to the last of them is still under way then, and nothing comes between that and its loss.
        await Eventually.HoldsAsync(() => HaveTheirs(world, slow), cancellationToken);
        world.HttpsLink.ToClient.Faults = new LinkFaults { Hangs = true };
        world.History.Fault("answers do not come");
        var before = await LastEventAsync(world, cancellationToken);
        await Eventually.HoldsAsync(
            () => world.ScalarAsync<bool>($"select exists (select from open_kicks where lease_owner like '{victim.Name}-%')", cancellationToken), holds => holds, cancellationToken);
        await world.KillAsync(victim);
        victim.Launch();
        await RecordsAsync(world, survivor, "attempt_unknown", before, cancellationToken);
        // What the link held is gone, as in a network.
        world.HttpsLink.ResetAll();
        world.HttpsLink.Heal();
        await GoOutAgainAsync(world, [survivor], cancellationToken);
        await victim.WaitUntilReadyAsync(cancellationToken);
        await kicking;
    }

    private static async Task TearAsync(World world, CancellationToken cancellationToken)
    {
        for (var tear = 0; tear < Tears; tear++)
        {
            var bytes = world.Random.Next(1, AnswerBytes);
            world.History.Fault($"an answer is torn after {bytes} bytes");
            world.HttpsLink.ToClient.Faults = new LinkFaults { TearsOnceAfterBytes = bytes };
            await Eventually.HoldsAsync(() => !world.HttpsLink.ToClient.IsToTear, cancellationToken);
        }
        await GoOutAgainAsync(world, world.Nodes, cancellationToken);
    }

    private static async Task RefuseAsync(World world, CancellationToken cancellationToken)
    {
        world.History.Fault("connections are refused");
        world.HttpsLink.Refuses = true;
        world.HttpsLink.ResetAll();
        await Task.WhenAll(world.Nodes.Select(node => Health.BlamesTransportAsync(node, cancellationToken, "HTTPS")));
        var tries = 0;
        world.HttpsLink.ConnectionAccepted = () => Interlocked.Increment(ref tries);
        await Eventually.HoldsAsync(() => Volatile.Read(ref tries) >= TriesInVain * world.Nodes.Count, cancellationToken);
        world.HttpsLink.Heal();
        await GoOutAgainAsync(world, world.Nodes, cancellationToken);
    }

    // By each node: one that does it does not stand in for another.
    private static async Task GoOutAgainAsync(World world, IReadOnlyList<RelayNode> nodes, CancellationToken cancellationToken)
    {
        var (before, watch) = (await LastEventAsync(world, cancellationToken), Stopwatch.StartNew());
        await Task.WhenAll(nodes.Select(node => RecordsAsync(world, node, "published", before, cancellationToken)));
        TestContext.Progress.WriteLine($"kicks go out of {nodes.Count} nodes after {watch.Elapsed.TotalSeconds:F1} s");
        Assert.That(watch.Elapsed, Is.LessThan(OutAgain));
    }

    private static Task GoOutOverMqttAsync(World world, DateTimeOffset since, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => Published(world).Any(published => published.At > since && !published.IsOverHttps), cancellationToken);

    private static Task RecordsAsync(World world, RelayNode node, string @event, long since, CancellationToken cancellationToken) => Eventually.BecomesAsync(
        () => world.ScalarAsync<bool>($"select exists (select from kick_events where event_id > {since} and event = '{@event}' and node like '{node.Name}-%')", cancellationToken),
        true, cancellationToken);

    private static Task<long> LastEventAsync(World world, CancellationToken cancellationToken) =>
        world.ScalarAsync<long>("select coalesce(max(event_id), 0) from kick_events", cancellationToken);

    private static Task<long> AttemptedAgainAsync(World world, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) => world.ScalarAsync<long>(
        string.Create(CultureInfo.InvariantCulture, $"select count(*) from kicks where accepted_at between '{from:O}' and '{until:O}' and attempt > 1"), cancellationToken);

    private static bool HaveTheirs(World world, IEnumerable<string> terminals) =>
        !terminals.Except(Published(world).Select(published => published.Topic.Split('/')[^1])).Any();

    private static IEnumerable<Happening.Published> Published(World world) => world.History.Snapshot().OfType<Happening.Published>();
}
