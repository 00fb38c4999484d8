using System.Diagnostics;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Three times as much as may be: most is refused, at once, and what is accepted is as well served as ever.</summary>
[Patience]
[NonParallelizable]
internal sealed class OverloadTests
{
    private const int TtlSeconds = 5;

    // Kicks a second; what limits them is said by each experiment.
    private const int Capacity = 90;

    // Two cores carry the callers, the relay, the database and the cloud: what is true shows in one window of several.
    private const int Windows = 3;
    private const int WindowSeconds = 5;
    private const long MoreMemory = 150_000_000;
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);

    // So little that what is accepted hardly waits for its turn.
    private static readonly TimeSpan MaximumWait = TimeSpan.FromMilliseconds(10);

    // What is too much is refused, and not asked for again.
    private static readonly string[] Refusals = ["rate-limited", "cloud-unavailable"];

    [Test]
    public Task Three_times_what_the_cloud_takes_is_refused_at_once_and_the_rest_hardly_waits_for_its_turn(CancellationToken cancellationToken) => OverloadAsync(
        new Dictionary<string, string>
        {
            ["CloudKick:Mqtt:Connections"] = "1",
            ["CloudKick:Mqtt:MessagesPerSecond"] = $"{Capacity}",
            ["CloudKick:Publishing:MaximumWait"] = MaximumWait.ToString(),
        },
        MaximumWait, publishesPerSecond: 100, cancellationToken);

    [Test]
    public Task Three_times_what_a_key_may_ask_for_is_refused_at_once_and_the_rest_is_not_slower(CancellationToken cancellationToken) => OverloadAsync(
        new Dictionary<string, string>
        {
            ["CloudKick:Mqtt:MessagesPerSecond"] = "0",
            ["CloudKick:RateLimits:Key:PerMinute"] = $"{60 * Capacity}",
            ["CloudKick:RateLimits:Key:Burst"] = $"{Capacity}",
        },
        TimeSpan.Zero, publishesPerSecond: 0, cancellationToken);

    private static async Task OverloadAsync(Dictionary<string, string> limits, TimeSpan turn, int publishesPerSecond, CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Merchants = 1, Terminals = 4_000, Settings = limits }, cancellationToken);
        using var till = Run.Till(world, TtlSeconds, requestTimeout: TimeSpan.FromSeconds(30));
        await OfferAsync(world, till, Capacity / 4, seconds: 2, "warm", cancellationToken);
        var before = world.Nodes[0].WorkingSet;

        var windows = new List<Window>();
        while (windows.Count < Windows && !windows.Exists(window => window.IsKept(turn)))
        {
            var normal = await OfferAsync(world, till, Capacity / 2, WindowSeconds, $"normal-{windows.Count}", cancellationToken);
            var over = await OfferAsync(world, till, 3 * Capacity, WindowSeconds, $"over-{windows.Count}", cancellationToken);
            Assert.That(normal.Select(one => one.Answer?.IsSuccess), Is.All.True);
            Assert.That(over.Select(one => one.Answer?.Status), Is.All.EqualTo(201).Or.EqualTo(202).Or.EqualTo(429).Or.EqualTo(503));
            windows.Add(new Window(normal, over));
            TestContext.Progress.WriteLine(windows[^1].ToString());
        }
        var more = world.Nodes[0].WorkingSet - before;
        TestContext.Progress.WriteLine($"memory: {more / 1_000_000} MB more than {before / 1_000_000}");

        Assert.That(windows.Exists(window => window.IsKept(turn)), Is.True, string.Join("; ", windows));
        Assert.That(more, Is.LessThan(MoreMemory));
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken, world.Rules with { PublishesPerSecond = publishesPerSecond, FinalRefusals = Refusals });
    }

    private static async Task<List<(Happening.Answered? Answer, TimeSpan Took)>> OfferAsync(
        World world, Till till, int perSecond, int seconds, string name, CancellationToken cancellationToken)
    {
        var asked = new List<Task<(Happening.Answered?, TimeSpan)>>();
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < perSecond * seconds; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond) - watch.Elapsed;
            if (due > TimeSpan.Zero)
                await Task.Delay(due, cancellationToken);
            asked.Add(AskAsync(world.Terminals[world.Random.Next(world.Terminals.Count)], $"{name}-{number}"));
        }
        return [.. await Task.WhenAll(asked)];

        async Task<(Happening.Answered?, TimeSpan)> AskAsync(string terminal, string key)
        {
            var started = Stopwatch.GetTimestamp();
            return (await till.AskAsync(terminal, key, cancellationToken), Stopwatch.GetElapsedTime(started));
        }
    }

    /// <summary>As much as is usual, then three times what may be.</summary>
    private sealed class Window(
        IReadOnlyCollection<(Happening.Answered? Answer, TimeSpan Took)> normal, IReadOnlyCollection<(Happening.Answered? Answer, TimeSpan Took)> over)
    {
        private readonly TimeSpan _normal = Timing.P99(normal.Select(one => one.Took));
        private readonly TimeSpan[] _accepted = [.. over.Where(one => one.Answer!.IsSuccess).Select(one => one.Took)];
        private readonly TimeSpan[] _refused = [.. over.Where(one => !one.Answer!.IsSuccess).Select(one => one.Took)];

        /// <summary>Whether the refused heard so at once, and the accepted took no more than twice as long as usual, and their turn.</summary>
        public bool IsKept(TimeSpan turn) =>
            _accepted.Length > 0 && _refused.Length > 0 && Timing.P99(_refused) < AtOnce && Timing.IsWithinTwice(_normal, Timing.P99(_accepted) - turn);

        public override string ToString() =>
            $"p99 as usual {_normal.TotalMilliseconds:F0} ms; of three times as much as may be {_accepted.Length} accepted, p99 {Timing.P99(_accepted).TotalMilliseconds:F0} ms, "
            + $"{_refused.Length} refused, p99 {Timing.P99(_refused).TotalMilliseconds:F0} ms";
    }
}
