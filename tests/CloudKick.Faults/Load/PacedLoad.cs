namespace CloudKick.Faults.Load;

/// <summary>Kicks that come at a rate of their own, however long the answers to those before take: each terminal once.</summary>
/// <param name="till">Who asks.</param>
/// <param name="terminals">Who is kicked.</param>
/// <param name="perSecond">How many a second.</param>
public sealed class PacedLoad(Till till, IReadOnlyList<string> terminals, int perSecond)
{
    private int _asked;

    /// <summary>Kicks asked for so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Kicks every terminal; each has its answer, or its till has given up, when this returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var kicking = new List<Task>(terminals.Count);
        await foreach (var turn in Pace.TurnsAsync(terminals.Count, perSecond, cancellationToken))
        {
            kicking.Add(till.KickAsync(terminals[turn], "paced-" + terminals[turn], cancellationToken));
            Volatile.Write(ref _asked, kicking.Count);
        }
        await Task.WhenAll(kicking);
    }
}
