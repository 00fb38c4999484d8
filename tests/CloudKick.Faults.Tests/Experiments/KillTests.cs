using CloudKick.Faults.Experiments;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Nodes die without a word.</summary>
[CancelAfter(300_000)]
[NonParallelizable]
internal sealed class KillTests
{
    private const int Kills = 6;
    private const int Kicks = 1_500;
    private const int TtlSeconds = 15;

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
        Assert.That(await world.ScalarAsync<long>("select count(*) from kicks where state = 'connected'", cancellationToken), Is.GreaterThan(Kicks / 2), verdict.Report(Run.Seed, ""));
    }
}
