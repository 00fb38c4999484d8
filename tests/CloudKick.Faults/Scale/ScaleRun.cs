using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Judging;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.LocalCloud;
using CloudKick.Testing;

namespace CloudKick.Faults.Scale;

/// <summary>A relay of a size under its load; in the middle of it one node dies for good, and the others carry all.</summary>
/// <param name="Verdict">Whether every promise was kept, the cloud's quota too.</param>
/// <param name="Before">While all nodes were there.</param>
/// <param name="After">From the death of one on.</param>
/// <param name="Refused">Answers that told the till to come again.</param>
/// <param name="BusiestSecond">The most kicks that one connection carried in a second.</param>
internal sealed record ScaleRun(Verdict Verdict, ScalePhase Before, ScalePhase After, int Refused, int BusiestSecond)
{
    private const int TtlSeconds = 10;

    // The tills' own limits are not what is looked at.
    private const string NoLimit = "1000000";

    public static async Task<ScaleRun> RunAsync(ScaleSize size, TimeSpan duration, int seed, CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(OptionsOf(size, duration, seed), cancellationToken);
        // Behind a balancer that knows which nodes are there. Nobody plays the terminals: the way ends at the broker.
        using var till = new Till(world.History, world.TokenOf, () => [.. world.Nodes.Where(node => node.IsRunning).Select(node => node.Http)]) { TtlSeconds = TtlSeconds };
        var load = new PacedLoad(till, world.Terminals, size.KicksPerSecond);
        var loading = load.RunAsync(cancellationToken);
        await Eventually.HoldsAsync(() => loading.IsCompleted || load.Asked >= world.Terminals.Count / 2, cancellationToken);
        await world.KillAsync(world.Nodes[^1]);
        await loading;
        await world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(TtlSeconds), cancellationToken);
        var verdict = await world.JudgeAsync(world.Rules with { PublishesPerSecond = size.Quota }, cancellationToken);
        return Of(world.History.Snapshot(), verdict);
    }

    private static WorldOptions OptionsOf(ScaleSize size, TimeSpan duration, int seed) => new()
    {
        Seed = seed,
        Nodes = size.Nodes,
        Terminals = (int)(size.KicksPerSecond * duration.TotalSeconds),
        Quotas = LocalCloudQuotas.Aws with { PublishesPerConnection = size.Quota },
        Settings = new Dictionary<string, string>
        {
            ["CloudKick:Mqtt:Connections"] = size.Connections.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:Mqtt:MessagesPerSecond"] = size.Budget.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:RateLimits:Key:PerMinute"] = NoLimit,
            ["CloudKick:RateLimits:Key:Burst"] = "100000",
        },
    };

    private static ScaleRun Of(IReadOnlyList<Happening> history, Verdict verdict)
    {
        var killed = history.OfType<Happening.NodeKilled>().Single().At;
        var published = history.OfType<Happening.Published>().ToArray();
        var reached = published.GroupBy(one => one.KickId).ToDictionary(kick => kick.Key, kick => kick.Min(one => one.At));
        var kickOf = history.OfType<Happening.Answered>().Where(answer => answer.KickId is not null).GroupBy(answer => answer.Key).ToDictionary(key => key.Key, key => key.First().KickId!);
        var ways = history.OfType<Happening.Asked>().GroupBy(asked => asked.Key).Select(key => (At: key.Min(asked => asked.At), Kick: kickOf.GetValueOrDefault(key.Key)))
            .Where(way => way.Kick is not null && reached.ContainsKey(way.Kick))
            .Select(way => (way.At, Took: reached[way.Kick!] - way.At))
            .ToArray();
        return new ScaleRun(
            verdict,
            ScalePhase.Of(ways.Where(way => way.At < killed).Select(way => way.Took)),
            ScalePhase.Of(ways.Where(way => way.At >= killed).Select(way => way.Took)),
            history.OfType<Happening.Answered>().Count(answer => !answer.IsSuccess),
            published.CountBy(one => (one.ClientId, one.At.ToUnixTimeSeconds())).Max(second => second.Value));
    }
}
