using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace CloudKick.Faults.Load;

/// <summary>Turns that come at a rate of their own, by the clock: those that a late tick or a long turn held up come one directly after the other.</summary>
public static class Pace
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    /// <summary>The turns' numbers from 0, each when it is due; the first is at once.</summary>
    /// <param name="turns">How many.</param>
    /// <param name="perSecond">How many a second, above 0.</param>
    /// <param name="cancellationToken">Ends the wait for the next one.</param>
    public static async IAsyncEnumerable<int> TurnsAsync(int turns, int perSecond, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick);
        var watch = Stopwatch.StartNew();
        for (var turn = 0; turn < turns; turn++)
        {
            while (watch.Elapsed.TotalSeconds * perSecond < turn)
                await timer.WaitForNextTickAsync(cancellationToken);
            yield return turn;
        }
    }
}
