namespace CloudKick.Terminal;

/// <summary>Decides whether a terminal acts on a kick, and remembers the kicks it has seen. Not thread-safe.</summary>
internal sealed class KickChecks(string terminalId, TimeProvider timeProvider)
{
    /// <summary>
    /// How many kicks are remembered. A terminal has one open kick at a time, so copies that still come
    /// are of the last few; older ones are past their deadline.
    /// </summary>
    public const int Remembered = 64;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>Null when the kick is to be acted on; a second look at the same kick is a duplicate.</summary>
    public KickRefusal? Check(KickMessage kick)
    {
        if (kick is not { Version: 1, Command: "connect", Protocol: "OPI_NL" })
            return KickRefusal.Unsupported;
        if (kick.TerminalId != terminalId)
            return KickRefusal.WrongTerminal;
        if (kick.Deadline <= timeProvider.GetUtcNow())
            return KickRefusal.Expired;
        if (!_seen.Add(kick.KickId))
            return KickRefusal.Duplicate;

        _order.Enqueue(kick.KickId);
        if (_order.Count > Remembered)
            _seen.Remove(_order.Dequeue());
        return null;
    }
}
