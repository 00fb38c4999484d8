using CloudKick.Faults.Judging;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>What every experiment does: a seed that repeats it, the load, and the judgement.</summary>
internal static class Run
{
    private const string SeedVariable = "CLOUDKICK_SEED";

    /// <summary>New each time, or the one to repeat.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var seed) ? seed : Random.Shared.Next(1_000_000);

    /// <summary>The command that runs an experiment, or a fixture's, again with this seed.</summary>
    public static string Repeat(ITest test)
    {
        // A case's name is the method's with its arguments, unless it has a name of its own; what is filtered by ends before them.
        var name = test.FullName.Split('(')[0];
        return $"{SeedVariable}={Seed} {(Size.IsFull ? $"{Size.Variable}=1 " : "")}dotnet test tests/CloudKick.Faults.Tests --filter FullyQualifiedName~{name}";
    }

    /// <summary>A till that asks the nodes in turn.</summary>
    /// <param name="world">Of these nodes.</param>
    /// <param name="ttlSeconds">Its kicks' time to live.</param>
    /// <param name="requestTimeout">How long it waits for an answer; null: 5 s.</param>
    /// <param name="overLinks">Whether it reaches them over <see cref="World.TillLinks"/>.</param>
    public static Till Till(World world, int ttlSeconds = 30, TimeSpan? requestTimeout = null, bool overLinks = false) =>
        new(world.History, world.TokenOf, () => overLinks ? world.TillAddresses : [.. world.Nodes.Select(node => node.Http)])
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
        var report = verdict.Report(Seed, Repeat(TestExecutionContext.CurrentContext.CurrentTest));
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
