using System.Diagnostics;
using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Three times as much as may be: most is refused, at once, and what is accepted is as well served as ever. The relay's own settings, by default.</summary>
[Patience]
[NonParallelizable]
internal sealed class OverloadTests
{
    private const int TtlSeconds = 5;

    // Two cores carry the callers, the relay, the database and the cloud: what is true shows in one window of several.
    private const int Windows = 3;
    private const int UsualSeconds = 4;
    private const long MoreMemory = 150_000_000;

    // In full size it lasts so long that its beginning is less than a hundredth of what is accepted.
    private static readonly int OverSeconds = Size.Of(4, 60);
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);

    // Kicks a second: two connections, each of which carries 90.
    private const int OfTheCloud = 180;

    // For a tenth of a second what is too much passes for a burst: of three times as much as may be, twice that is left to wait. And half as much again.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(300);

    // What a kick may wait for its turn where the queue for the cloud stands (CloudKick:Publishing:StandingWait).
    private static readonly TimeSpan StandingWait = TimeSpan.FromMilliseconds(10);

    // 6,000 a minute, and so many at once (CloudKick:RateLimits:Key); elsewhere experiments are not held to it.
    private const int OfAKey = 100;
    private const int BurstOfAKey = 200;

    // A database that is far away, or slow to commit: what a commit takes, and how many kicks, so few that one machine can ask for three times as many.
    private const int BatchSize = 25;
    private const int OfTheDatabase = 10 * BatchSize;
    private static readonly TimeSpan Commit = TimeSpan.FromMilliseconds(100);

    // What is too much is refused, and not asked for again.
    private static readonly string[] Refusals = ["rate-limited", "cloud-unavailable"];

    [Test]
    public Task Three_times_what_the_cloud_takes_is_refused_at_once_and_the_rest_hardly_waits_for_its_turn(CancellationToken cancellationToken) =>
        OverloadAsync(OfTheCloud, StandingWait, [], cancellationToken);

    [Test]
    public Task Three_times_what_a_key_may_ask_for_is_refused_at_once_and_the_rest_is_not_slower(CancellationToken cancellationToken) => OverloadAsync(
        OfAKey, TimeSpan.Zero,
        new()
        {
            ["CloudKick:RateLimits:Key:PerMinute"] = (60 * OfAKey).ToString(CultureInfo.InvariantCulture),
            ["CloudKick:RateLimits:Key:Burst"] = BurstOfAKey.ToString(CultureInfo.InvariantCulture),
        },
        cancellationToken);

    [Test]
    public Task Three_times_what_the_database_commits_is_refused_at_once_and_the_rest_waits_for_the_next_commits(CancellationToken cancellationToken) => OverloadAsync(
        OfTheDatabase, TimeSpan.Zero,
        new()
        {
            ["CloudKick:Kicks:BatchSize"] = BatchSize.ToString(CultureInfo.InvariantCulture),
            // So many that the cloud is not what is too slow.
            ["CloudKick:Mqtt:Connections"] = "16",
        },
        cancellationToken, new LinkFaults { Latency = Commit });

    private static async Task OverloadAsync(
        int perSecond, TimeSpan turn, Dictionary<string, string> settings, CancellationToken cancellationToken, LinkFaults? toDatabase = null)
    {
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Merchants = 1, Terminals = 8_000, Settings = settings }, cancellationToken);
        using var till = Run.Till(world, TtlSeconds, requestTimeout: TimeSpan.FromSeconds(30));
        var terminals = new Queue<string>(world.Terminals);
        world.DatabaseLink.ToBackend.Faults = toDatabase ?? LinkFaults.None;
        await Task.WhenAll(await OfferAsync(perSecond / 2, seconds: 2, "warm"));
        var before = world.Nodes[0].WorkingSet;

        var windows = new List<Window>();
        while (windows.Count < Windows && !windows.Exists(window => window.IsKept(turn)))
        {
            // One directly after the other; what comes first of too much is a burst, for all that anybody knows.
            var normal = await OfferAsync(perSecond / 2, UsualSeconds, $"normal-{windows.Count}");
            var first = await OfferAsync(3 * perSecond, seconds: 1, $"first-{windows.Count}");
            var over = await OfferAsync(3 * perSecond, OverSeconds, $"over-{windows.Count}");
            windows.Add(new Window(await Task.WhenAll(normal), await Task.WhenAll(first), await Task.WhenAll(over)));
            TestContext.Progress.WriteLine(windows[^1].ToString());
            Assert.That(windows[^1].Statuses, Is.All.AnyOf(201, 202, 429, 503));
        }
        var more = world.Nodes[0].WorkingSet - before;
        TestContext.Progress.WriteLine($"memory: {more / 1_000_000} MB more than {before / 1_000_000}");

        Assert.That(windows.Exists(window => window.IsKept(turn)), Is.True, string.Join("; ", windows));
        Assert.That(more, Is.LessThan(MoreMemory));
        world.DatabaseLink.Heal();
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken, world.Rules with { FinalRefusals = Refusals });

        // Terminals in turn, so that none has an open kick.
        async Task<IReadOnlyList<Task<Asked>>> OfferAsync(int each, int seconds, string name)
        {
            var asked = new List<Task<Asked>>();
            await foreach (var number in Pace.TurnsAsync(each * seconds, each, cancellationToken))
            {
                var terminal = terminals.Dequeue();
                terminals.Enqueue(terminal);
                asked.Add(AskAsync(terminal, $"{name}-{number}"));
            }
            return asked;
        }

        async Task<Asked> AskAsync(string terminal, string key)
        {
            var started = Stopwatch.GetTimestamp();
            return new(await till.AskAsync(terminal, key, cancellationToken), Stopwatch.GetElapsedTime(started));
        }
    }

    private sealed record Asked(Happening.Answered? Answer, TimeSpan Took)
    {
        public bool IsAccepted => Answer is { IsSuccess: true };
    }

    /// <summary>As much as is usual, then three times what may be: the first second of it, and the rest.</summary>
    private sealed class Window(IReadOnlyList<Asked> normal, IReadOnlyList<Asked> first, IReadOnlyList<Asked> over)
    {
        private readonly TimeSpan _normal = Timing.P99(normal.Select(one => one.Took));
        private readonly TimeSpan[] _first = [.. first.Where(one => one.IsAccepted).Select(one => one.Took)];
        private readonly TimeSpan[] _accepted = [.. over.Where(one => one.IsAccepted).Select(one => one.Took)];
        private readonly TimeSpan[] _all = [.. first.Concat(over).Where(one => one.IsAccepted).Select(one => one.Took)];
        private readonly TimeSpan[] _refused = [.. first.Concat(over).Where(one => !one.IsAccepted).Select(one => one.Took)];

        /// <summary>What everybody was answered.</summary>
        public IEnumerable<int?> Statuses => normal.Concat(first).Concat(over).Select(one => one.Answer?.Status);

        /// <summary>
        /// Whether nobody was refused before it was too much, the refused then heard so at once, and the accepted took no more than twice as long as
        /// usual, and their turn; or the burst's, at first. Where it lasts, its beginning counts like the rest.
        /// </summary>
        public bool IsKept(TimeSpan turn) =>
            normal.All(one => one.IsAccepted) && _accepted.Length > 0 && _refused.Length > 0 && Timing.P99(_refused) < AtOnce
            && Timing.IsWithinTwice(_normal, Timing.P99(_accepted) - turn) && Timing.IsWithinTwice(_normal, Timing.P99(_first) - Burst)
            && (!Size.IsFull || Timing.IsWithinTwice(_normal, Timing.P99(_all) - turn));

        public override string ToString() =>
            $"p99 as usual {_normal.TotalMilliseconds:F0} ms, {normal.Count(one => !one.IsAccepted)} refused; of three times as much as may be {_accepted.Length} accepted, p99 {Timing.P99(_accepted).TotalMilliseconds:F0} ms, with its beginning {Timing.P99(_all).TotalMilliseconds:F0} ms "
            + $"(in its first second {_first.Length}, {Timing.P99(_first).TotalMilliseconds:F0} ms), {_refused.Length} refused, p99 {Timing.P99(_refused).TotalMilliseconds:F0} ms";
    }
}
