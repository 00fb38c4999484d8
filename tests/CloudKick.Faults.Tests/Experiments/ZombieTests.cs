using System.Diagnostics;
using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>A node stands still while what it publishes is under way, and goes on when others have long decided.</summary>
[Patience]
internal sealed class ZombieTests
{
    private const int Each = 10;
    private const int TtlSeconds = 10;
    private const int LongTtlSeconds = 60;

    // Longer than the kicks of those that are away live, and than a lease.
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(15);

    // A request waits two seconds for the broker's word.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3.5);

    // A kick's message is longer, and a question whether the broker is there much shorter.
    private const int LeastBytes = 280;

    // Messages that are sent at the same time leave closer together, and their attempts go on for four seconds.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(0.5);

    [Test]
    public async Task Node_that_stood_still_for_fifteen_seconds_changes_nothing_that_others_decided(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = (3 * Each) + 1 }, cancellationToken);
        var (away, there, others, slow) = (Terminals(0), Terminals(1), Terminals(2), world.Terminals[^1]);
        string[] gone = [.. away, slow];
        var all = gone.Length + there.Length;
        await world.PlayBriefSessionsAsync(cancellationToken, [.. there, .. others]);
        var (zombie, other) = (world.Nodes[0], world.Nodes[1]);
        // A link to the broker of its own: what it holds is the zombie's alone.
        await using var link = new FaultProxy(Run.Seed, null, world.BrokerLink.Endpoint);
        await zombie.TerminateAsync(cancellationToken);
        await zombie.StartAsync(new Dictionary<string, string> { ["CloudKick__Mqtt__Port"] = link.Port.ToString(CultureInfo.InvariantCulture) }, cancellationToken);
        using var briefly = Till(zombie, TtlSeconds);
        using var longer = Till(zombie, LongTtlSeconds);
        using var toOther = Till(other, TtlSeconds);

        // Its code is compiled when it matters.
        await Task.WhenAll(others.Select(terminal => longer.KickAsync(terminal, "warm-" + terminal, cancellationToken)));

        // What it publishes has left the node and not reached the broker: the moment at which standing still does most harm.
        world.History.Fault($"what {zombie.Name} publishes is held up");
        link.ToBackend.Faults = new LinkFaults { Hangs = true };
        var before = link.ToBackend.Came;
        var asking = ToZombieAsync((till, terminal, key) => till.AskAsync(terminal, key, cancellationToken));
        // Nobody's answer is waited for: when they have come, half of the attempts' time is over.
        await Eventually.BecomesAsync(LeasedAsync, (long)all, cancellationToken);
        await Eventually.HoldsAsync(() => link.ToBackend.Came - before >= all * LeastBytes, cancellationToken);
        await HasLeftAsync(link.ToBackend, cancellationToken);
        zombie.Freeze();
        world.History.Fault($"{zombie.Name} stands still");
        Assert.That(await LeasedAsync(), Is.EqualTo(all), "its attempts are under way");
        await Run.UnderLoadAsync(
            new KickLoad(toOther, others) { UnderWay = 4, Pause = TimeSpan.FromMilliseconds(100) }, 0,
            () => Task.Delay(StandsStill, cancellationToken), cancellationToken);
        await asking;

        // Some terminals come back when their kicks are over. One has a slow clock and takes its kick for fresh: then the TAS is what is left.
        await world.PlayAsync(away, cancellationToken: cancellationToken);
        await using var behind = new SimulatedTerminal(
            new TerminalOptions { TerminalId = slow, Mqtt = world.Endpoint(world.Cloud.Port, slow), Observer = world.History.Add },
            new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1)));
        await behind.StartAsync(cancellationToken);
        var goesOn = world.History.Now;
        zombie.Thaw();
        link.Heal();
        world.History.Fault($"{zombie.Name} goes on, and what it published arrives");
        await Eventually.HoldsAsync(() => Late(goesOn) == all, cancellationToken);
        await Eventually.HoldsAsync(() => Told<TerminalEvent.KickRefused>().Count(refused => refused.Reason == KickRefusal.Expired && away.Contains(refused.TerminalId)) == Each, cancellationToken);
        await Eventually.HoldsAsync(() => Told<TerminalEvent.SessionClosed>().Any(closed => closed.TerminalId == slow), cancellationToken);
        await zombie.WaitUntilReadyAsync(cancellationToken);
        await ToZombieAsync((till, terminal, key) => till.KickAsync(terminal, key, cancellationToken));

        await Run.JudgeAsync(world, LongTtlSeconds, cancellationToken, world.Rules with { NetworkDelays = true });
        Assert.That(await CountAsync(gone, "k.state = 'expired'"), Is.EqualTo(gone.Length), "over, as others decided");
        Assert.That(await CountAsync(there, "k.state = 'connected'"), Is.EqualTo(there.Length), "others saw to them");
        Assert.That(
            await CountAsync([.. gone, .. there], "exists (select from kick_events e where e.kick_id = k.kick_id and e.detail like 'taken over%')"),
            Is.EqualTo(all), "each of them was taken over");
        Assert.That(Told<TerminalEvent.SessionOpened>().Where(opened => away.Contains(opened.TerminalId)), Is.Empty, "no terminal acted on what came late");
        Assert.That(await CountAsync(gone, "exists (select from tas_sessions s where s.kick_id = k.kick_id)"), Is.Zero, "and nobody was let in");

        string[] Terminals(int group) => [.. world.Terminals.Skip(group * Each).Take(Each)];

        Till Till(RelayNode node, int ttlSeconds) =>
            new(world.History, world.TokenOf, () => [node.Http]) { TtlSeconds = ttlSeconds, RequestTimeout = RequestTimeout };

        Task ToZombieAsync(Func<Till, string, string, Task<Happening.Answered?>> askAsync) => Task.WhenAll(
            gone.Select(terminal => askAsync(briefly, terminal, "zombie-" + terminal)).Concat(there.Select(terminal => askAsync(longer, terminal, "zombie-" + terminal))));

        IEnumerable<T> Told<T>() where T : TerminalEvent => world.History.Snapshot().OfType<Happening.OfTerminal>().Select(told => told.Event).OfType<T>();

        Task<long> LeasedAsync() => world.ScalarAsync<long>($"select count(*) from open_kicks where lease_owner like '{zombie.Name}-%'", cancellationToken);

        int Late(DateTimeOffset from) => world.History.Snapshot().OfType<Happening.Published>()
            .Count(published => published.At >= from && published.ClientId.Contains($"-{zombie.Name}-", StringComparison.Ordinal));

        Task<long> CountAsync(IEnumerable<string> terminals, string condition) => world.ScalarAsync<long>(
            $"select count(*) from kicks k where k.terminal_id in ('{string.Join("', '", terminals)}') and {condition}", cancellationToken);
    }

    // Until no more messages come.
    private static async Task HasLeftAsync(LinkControl link, CancellationToken cancellationToken)
    {
        var (came, since) = (link.Came, Stopwatch.GetTimestamp());
        await Eventually.HoldsAsync(
            () =>
            {
                if (link.Came - came >= LeastBytes)
                    (came, since) = (link.Came, Stopwatch.GetTimestamp());
                return Stopwatch.GetElapsedTime(since) > Quiet;
            },
            cancellationToken);
    }
}
