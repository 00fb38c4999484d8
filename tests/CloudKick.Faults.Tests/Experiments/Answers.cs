using System.Diagnostics;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>What tills were answered.</summary>
internal static class Answers
{
    /// <summary>So far, by every node.</summary>
    public static IEnumerable<Happening.Answered> Of(World world) => world.History.Snapshot().OfType<Happening.Answered>();

    /// <summary>Waits until a kick is promised from now on, however long that takes: nothing has failed that there would be a way back from.</summary>
    public static Task PromiseAsync(World world, CancellationToken cancellationToken)
    {
        var from = world.History.Now;
        return Eventually.HoldsAsync(() => IsPromised(world, from), cancellationToken);
    }

    /// <summary>Waits until a kick is promised from now on, after something failed, and tells how long that took.</summary>
    /// <param name="world">Where kicks are under way.</param>
    /// <param name="within">It takes less than this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="meanwhile">What is done until then, again and again; null: nothing.</param>
    /// <param name="log">The database server's, to be told when it takes too long.</param>
    public static async Task PromiseAgainAsync(
        World world, TimeSpan within, CancellationToken cancellationToken, Func<Task>? meanwhile = null, string? log = null)
    {
        var (from, watch) = (world.History.Now, Stopwatch.StartNew());
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(within);
        try
        {
            await Eventually.BecomesAsync(IsPromisedAsync, true, deadline.Token);
        }
        catch (TimeoutException)
        {
            // Told below, with what the database and a node have to say.
        }
        Assert.That(watch.Elapsed, Is.LessThan(within), () => $"no kick is taken on\n{(log is null ? "" : string.Join('\n', File.ReadLines(log).TakeLast(40)))}\n{world.Nodes[0].Log}");
        TestContext.Progress.WriteLine($"kicks are taken on again after {watch.Elapsed.TotalSeconds:F1} s");

        async Task<bool> IsPromisedAsync()
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            return IsPromised(world, from);
        }
    }

    private static bool IsPromised(World world, DateTimeOffset from) => Of(world).Any(answer => answer.IsSuccess && answer.At > from);
}
