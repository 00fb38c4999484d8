using System.Diagnostics;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>What tills were answered.</summary>
internal static class Answers
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>So far, by every node.</summary>
    public static IEnumerable<Happening.Answered> Of(World world) => world.History.Snapshot().OfType<Happening.Answered>();

    /// <summary>Waits until a kick is promised from now on, and tells how long that took.</summary>
    /// <param name="world">Where kicks are under way.</param>
    /// <param name="within">It takes less than this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="meanwhile">What is done until then, again and again; null: nothing.</param>
    /// <param name="log">The database server's, to be told when it takes too long.</param>
    public static async Task PromiseAgainAsync(
        World world, TimeSpan within, CancellationToken cancellationToken, Func<Task>? meanwhile = null, string? log = null)
    {
        var (from, watch) = (world.History.Now, Stopwatch.StartNew());
        while (watch.Elapsed < within && !Of(world).Any(answer => answer.IsSuccess && answer.At > from))
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(Glance, cancellationToken);
        }
        Assert.That(watch.Elapsed, Is.LessThan(within), () => $"no kick is taken on\n{(log is null ? "" : string.Join('\n', File.ReadLines(log).TakeLast(40)))}\n{world.Nodes[0].Log}");
        TestContext.Progress.WriteLine($"kicks are taken on again after {watch.Elapsed.TotalSeconds:F1} s");
    }
}
