namespace CloudKick.Faults.Load;

/// <summary>Kicks that come at a rate of their own, however long the answers to those before take: each terminal once.</summary>
/// <param name="till">Who asks.</param>
/// <param name="terminals">Who is kicked.</param>
/// <param name="perSecond">How many a second.</param>
public sealed class PacedLoad(Till till, IReadOnlyList<string> terminals, int perSecond)
{
    /// <summary>Kicks that may have no answer yet: far more than come within a till's time limit wherever the machine keeps up.</summary>
    private const int MaximumOpen = 8_000;

    private int _asked;
    private int _open;

    /// <summary>Kicks asked for so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Kicks every terminal; each has its answer, or its till has given up, when this returns.</summary>
    /// <exception cref="InvalidOperationException">The machine does not keep up: far too many have no answer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var kicking = new List<Task>(terminals.Count);
        await foreach (var turn in Pace.TurnsAsync(terminals.Count, perSecond, cancellationToken))
        {
            if (Interlocked.Increment(ref _open) > MaximumOpen)
                throw new InvalidOperationException($"{MaximumOpen} of {turn} kicks have no answer yet: the machine does not keep up with {perSecond} a second.");
            kicking.Add(KickAsync(terminals[turn], cancellationToken));
            Volatile.Write(ref _asked, kicking.Count);
        }
        await Task.WhenAll(kicking);
    }

    private async Task KickAsync(string terminal, CancellationToken cancellationToken)
    {
        try
        {
            await till.KickAsync(terminal, "paced-" + terminal, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
