namespace CloudKick.Relay.Publishing;

/// <summary>
/// Spreads messages so that no second carries more than a limit of them, nor of their bytes: each message books the next free slot and
/// waits for it (the generic cell rate algorithm with a small burst). A booking can come late, so the moment a message leaves is counted
/// too: a slot lies no sooner than those that have left allow, and whoever would be one too many in the second before all the same waits a
/// little more. Thread-safe, without timers of its own.
/// </summary>
internal sealed class MessageBudget
{
    // A tenth of a second's worth may go at once; the rest is spread.
    private const int BurstPart = 10;

    // What leaves within this time may arrive within a second. No more leaves within it than the limit lets in the long run, so that what lies
    // between the limit and the cloud's own is left for networks that bring messages closer together.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(1050);

    private readonly TimeProvider _timeProvider;
    private readonly Lock _lock = new();
    private readonly long _burst;
    private readonly long _interval;
    private readonly double _intervalPerByte;
    private readonly long[] _left;
    private long _nextMessage;
    private long _nextByte;
    private int _oldest;
    private int _booked;

    /// <param name="messagesPerSecond">0: as many as one likes.</param>
    /// <param name="bytesPerSecond">0: as many as one likes.</param>
    /// <param name="timeProvider">The clock.</param>
    public MessageBudget(int messagesPerSecond, int bytesPerSecond, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        var second = timeProvider.TimestampFrequency;
        _burst = second / BurstPart;
        _interval = messagesPerSecond == 0 ? 0 : second / messagesPerSecond;
        _intervalPerByte = bytesPerSecond == 0 ? 0 : (double)second / bytesPerSecond;
        _nextMessage = _nextByte = timeProvider.GetTimestamp();
        _left = new long[(int)Math.Ceiling(messagesPerSecond * Window.TotalSeconds)];
        Array.Fill(_left, _nextMessage - ToTicks(Window));
    }

    /// <summary>How long a message booked now would wait.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_lock)
                return Until(Next());
        }
    }

    /// <summary>Messages that have booked and not left yet.</summary>
    public int Booked => Volatile.Read(ref _booked);

    /// <summary>
    /// Books the next slot unless it is further away than <paramref name="patience"/>; says how long to wait for it. Whoever books either
    /// leaves (<see cref="Leave"/>) or gives the slot back.
    /// </summary>
    public bool TryBook(int bytes, TimeSpan patience, out TimeSpan delay)
    {
        lock (_lock)
        {
            delay = Until(Next());
            if (delay > patience)
                return false;
            Advance(bytes);
            _booked++;
            return true;
        }
    }

    /// <summary>A message that booked turned out to have so many bytes more.</summary>
    public void Weigh(int bytes)
    {
        lock (_lock)
            AdvanceBytes(bytes, Earliest);
    }

    /// <summary>A message that booked does not leave: those that have not booked yet come sooner by as much.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _booked--;
            _nextMessage -= _interval;
        }
    }

    /// <summary>Asked when a booked message is about to leave: zero when it may, and it counts; else how long to wait before asking again.</summary>
    public TimeSpan Leave()
    {
        lock (_lock)
        {
            var wait = _left.Length == 0 ? TimeSpan.Zero : Until(_left[_oldest] + ToTicks(Window));
            if (wait == TimeSpan.Zero)
            {
                _booked--;
                Left();
            }
            return wait;
        }
    }

    /// <summary>Counts a message that came in: it uses the limits up too, whatever we say.</summary>
    public void Count(int bytes)
    {
        lock (_lock)
        {
            Advance(bytes);
            Left();
        }
    }

    private long Earliest => _timeProvider.GetTimestamp() - _burst;

    // Those that have booked leave before, and each takes the place of the one that left longest ago.
    private long Next()
    {
        var next = Math.Max(_nextMessage, _nextByte);
        return _booked < _left.Length ? Math.Max(next, _left[(_oldest + _booked) % _left.Length] + ToTicks(Window)) : next;
    }

    private void Advance(int bytes)
    {
        var earliest = Earliest;
        _nextMessage = Math.Max(_nextMessage, earliest) + _interval;
        AdvanceBytes(bytes, earliest);
    }

    private void AdvanceBytes(int bytes, long earliest) => _nextByte = Math.Max(_nextByte, earliest) + (long)(bytes * _intervalPerByte);

    private void Left()
    {
        if (_left.Length == 0)
            return;
        _left[_oldest] = _timeProvider.GetTimestamp();
        _oldest = (_oldest + 1) % _left.Length;
    }

    private TimeSpan Until(long moment)
    {
        var now = _timeProvider.GetTimestamp();
        return moment <= now ? TimeSpan.Zero : _timeProvider.GetElapsedTime(now, moment);
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);
}
