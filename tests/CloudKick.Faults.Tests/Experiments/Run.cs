using CloudKick.Faults.Judging;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>What every experiment does: a seed that repeats it, the load, and the judgement.</summary>
internal static class Run
{
    private const string SeedVariable = "CLOUDKICK_SEED";

    /// <summary>New each time, or the one to repeat.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var seed) ? seed : Random.Shared.Next(1_000_000);

    /// <summary>A till that asks the nodes in turn.</summary>
    public static Till Till(World world, int ttlSeconds = 30, TimeSpan? requestTimeout = null) =>
        new(world.History, world.Token, () => [.. world.Nodes.Select(node => node.Http)])
        {
            TtlSeconds = ttlSeconds,
            RequestTimeout = requestTimeout ?? TimeSpan.FromSeconds(5),
        };

    /// <summary>Keeps kicks under way while the faults happen.</summary>
    public static async Task UnderLoadAsync(KickLoad load, int atLeast, Func<Task> faults, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource();
        var loading = load.RunAsync(atLeast, enough.Token, cancellationToken);
        try
        {
            await faults();
        }
        finally
        {
            await enough.CancelAsync();
            await loading;
        }
    }

    /// <summary>Waits until every kick has ended, judges the run, and says what happened.</summary>
    public static async Task<Verdict> JudgeAsync(World world, int ttlSeconds, CancellationToken cancellationToken, Rules? rules = null)
    {
        await world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(ttlSeconds), cancellationToken);
        var verdict = await world.JudgeAsync(rules, cancellationToken);
        var report = verdict.Report(
            Seed, $"{SeedVariable}={Seed} dotnet test tests/CloudKick.Faults.Tests --filter Name={TestContext.CurrentContext.Test.MethodName}");
        TestContext.Progress.WriteLine($"{TestContext.CurrentContext.Test.Name}\n{report}");
        if (!verdict.IsKept)
        {
            foreach (var node in world.Nodes)
                TestContext.Out.WriteLine($"{node.Name} said:\n{node.Log}");
        }
        Assert.That(verdict.Violations, Is.Empty, report);
        return verdict;
    }
}
