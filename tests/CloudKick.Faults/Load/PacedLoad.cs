using System.Diagnostics;

namespace CloudKick.Faults.Load;

/// <summary>Kicks that come at a rate of their own, however long the answers to those before take: each terminal once.</summary>
/// <param name="till">Who asks.</param>
/// <param name="terminals">Who is kicked.</param>
/// <param name="perSecond">How many a second.</param>
public sealed class PacedLoad(Till till, IReadOnlyList<string> terminals, int perSecond)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private int _asked;

    /// <summary>Kicks asked for so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Kicks every terminal; each has its answer, or its till has given up, when this returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick);
        var watch = Stopwatch.StartNew();
        var kicking = new List<Task>(terminals.Count);
        while (kicking.Count < terminals.Count && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = Math.Min(terminals.Count, (int)(watch.Elapsed.TotalSeconds * perSecond));
            while (kicking.Count < due)
                kicking.Add(till.KickAsync(terminals[kicking.Count], "paced-" + terminals[kicking.Count], cancellationToken));
            Volatile.Write(ref _asked, kicking.Count);
        }
        await Task.WhenAll(kicking);
    }
}
