using CloudKick.Faults.Experiments;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Nodes die without a word.</summary>
[Patience]
[NonParallelizable]
internal sealed class KillTests
{
    private const int TtlSeconds = 15;
    private static readonly int Kills = Size.Of(6, 20);
    private static readonly int Kicks = Size.Of(1_500, 10_000);

    [Test]
    public async Task Random_nodes_are_killed_and_no_kick_is_lost_late_or_doubled(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(new WorldOptions { Seed = Run.Seed }, cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals), Kicks,
            () => Schedule.KillRandomNodesAsync(world, Kills, TimeSpan.FromSeconds(1), cancellationToken), cancellationToken);

        var verdict = await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
        var report = verdict.Report(Run.Seed, "");
        Assert.That(await world.ScalarAsync<long>("select count(*) from kicks where state = 'connected'", cancellationToken), Is.GreaterThan(Kicks / 2), report);
        Assert.That(await world.ScalarAsync<long>("select count(*) from kick_events where detail like 'taken over%'", cancellationToken), Is.GreaterThan(0), report);
    }
}
