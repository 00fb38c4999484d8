using CloudKick.Mqtt.Transport;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// The thread that a connection has of its own. Between reads it lets callers go on and then sends what they published, all in one piece: with
/// no other thread to wake, that is all a publish costs. A caller that keeps the thread holds up nobody for long: another thread takes the
/// next turn and reads on, the thread pool tells the other callers, and the first thread ends when it gets back.
/// </summary>
internal sealed class ReadingTurns : IDisposable
{
    /// <summary>A caller may keep the thread for this long, and at most twice as long.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly AnsweredPublishes _answered;
    private readonly PacketOutput _output;
    private readonly TimeProvider _timeProvider;
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Runs only while callers are let go on, so that connections that rest cost nothing.
    private readonly ITimer _timer;
    private Func<int, Task<ConnectionEnd?>> _read = null!;
    private int _turn;
    private long _toldSince;
    private bool _isTelling;
    private bool _hasTold;
    private bool _isWatched;

    public ReadingTurns(AnsweredPublishes answered, PacketOutput output, TimeProvider timeProvider)
    {
        _answered = answered;
        _output = output;
        _timeProvider = timeProvider;
        _timer = timeProvider.CreateTimer(static turns => ((ReadingTurns)turns!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads until the connection has ended.</summary>
    /// <param name="read">Reads for one turn, of that number; null when it found that another one has begun.</param>
    public Task<ConnectionEnd> RunAsync(Func<int, Task<ConnectionEnd?>> read)
    {
        _read = read;
        _ = TakeTurnAsync(0);
        return _ended.Task;
    }

    /// <summary>Packets are about to be handled: whom they answer, and what is sent, waits for <see cref="TellAndSend"/> or <see cref="GiveAway"/>.</summary>
    public void Gather()
    {
        _answered.Claim();
        _output.Cork();
    }

    /// <summary>Lets callers go on, and sends. False when that took so long that another turn has begun.</summary>
    public bool TellAndSend(int turn)
    {
        lock (_gate)
        {
            _isTelling = _hasTold = true;
            _toldSince = _timeProvider.GetTimestamp();
            if (!_isWatched)
                _timer.Change(Patience, Patience);
            _isWatched = true;
        }
        _answered.TellHere();
        lock (_gate)
        {
            if (turn != _turn)
                return false;
            _isTelling = false;
        }
        _output.Uncork();
        return true;
    }

    /// <summary>Has the thread pool tell those who wait, and sends.</summary>
    public void GiveAway()
    {
        _answered.TellElsewhere();
        _output.Uncork();
    }

    public void Dispose() => _timer.Dispose();

    private async Task TakeTurnAsync(int turn)
    {
        await new OwnThread();
        try
        {
            if (turn > 0)
                GiveAway();
            if (await _read(turn) is not { } end)
                return;
            GiveAway();
            _ended.SetResult(end);
        }
        catch (Exception exception) when (IsAt(turn))
        {
            // Whoever waits for the end gets it.
            GiveAway();
            _ended.TrySetException(exception);
        }
    }

    private bool IsAt(int turn)
    {
        lock (_gate)
            return turn == _turn;
    }

    private void Look()
    {
        int next;
        lock (_gate)
        {
            if (!_isTelling)
            {
                if (!_hasTold)
                    _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _isWatched = _hasTold;
                _hasTold = false;
                return;
            }
            if (_timeProvider.GetElapsedTime(_toldSince) < Patience)
                return;
            // Only the turn that begins here tells from now on; until it does, nothing keeps it.
            _isTelling = false;
            next = ++_turn;
        }
        _ = TakeTurnAsync(next);
    }
}
