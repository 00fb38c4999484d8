using System.Diagnostics.CodeAnalysis;

namespace CloudKick.Tas;

/// <summary>The live sessions of this process, at most one for a terminal. Thread-safe.</summary>
public sealed class TasSessions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LiveSession> _byTerminal = new(StringComparer.Ordinal);
    private readonly Dictionary<TasSessionId, LiveSession> _byId = [];
    private readonly int _maximum;
    private int _reserved;

    internal TasSessions(TasOptions options) => _maximum = options.MaximumSessions;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byId.Count;
        }
    }

    /// <summary>All of them, as they are now.</summary>
    public IReadOnlyList<TasSession> Snapshot()
    {
        lock (_lock)
            return [.. _byId.Values.Select(live => live.Session)];
    }

    /// <summary>The terminal's session, if it has one here.</summary>
    public bool TryGet(string terminalId, [NotNullWhen(true)] out TasSession? session)
    {
        lock (_lock)
            session = _byTerminal.GetValueOrDefault(terminalId)?.Session;
        return session is not null;
    }

    /// <summary>
    /// Closes a session. The gate hears of it as of any other end; when the session is ending already, the
    /// earlier reason stands.
    /// </summary>
    /// <returns>False when this process has no such session.</returns>
    public bool Close(TasSessionId sessionId, TasCloseReason reason)
    {
        LiveSession? live;
        lock (_lock)
            _byId.TryGetValue(sessionId, out live);
        live?.Connection.Close(reason);
        return live is not null;
    }

    /// <summary>
    /// Sets a place aside while the gate decides, so that no kick is spent on a session that has no room. A
    /// terminal that has a session here already takes that one's place.
    /// </summary>
    internal bool TryReserve(string terminalId)
    {
        lock (_lock)
        {
            if (_byId.Count + _reserved >= _maximum && !_byTerminal.ContainsKey(terminalId))
                return false;
            _reserved++;
            return true;
        }
    }

    internal void CancelReservation()
    {
        lock (_lock)
            _reserved--;
    }

    /// <summary>
    /// Turns a reservation into a session. Of two of one terminal the one that connected first is closed,
    /// in whatever order the gate admitted them.
    /// </summary>
    internal void Enter(LiveSession entering)
    {
        LiveSession? older;
        lock (_lock)
        {
            _reserved--;
            _byId.Add(entering.Session.Id, entering);
            older = _byTerminal.GetValueOrDefault(entering.Session.TerminalId);
            if (older is not null && older.Connection.Number > entering.Connection.Number)
                older = entering;
            else
                _byTerminal[entering.Session.TerminalId] = entering;
        }

        older?.Connection.Close(TasCloseReason.Replaced);
    }

    internal void Leave(LiveSession leaving)
    {
        lock (_lock)
        {
            _byId.Remove(leaving.Session.Id);
            if (_byTerminal.GetValueOrDefault(leaving.Session.TerminalId) == leaving)
                _byTerminal.Remove(leaving.Session.TerminalId);
        }
    }

    internal sealed record LiveSession(TasSession Session, TasConnection Connection);
}
