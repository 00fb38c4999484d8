namespace CloudKick.Relay.Publishing;

/// <summary>
/// Spreads messages so that no second carries more than a limit of them, nor of their bytes: each message books the next free slot and
/// waits for it (the generic cell rate algorithm with a small burst). A booking can come late, and a network can bring together what left
/// one after the other, so messages are counted at the other end too: one that has left takes up a share until a second after it has surely arrived,
/// and there are fewer shares than the other end takes in a second. Thread-safe, without timers of its own.
/// </summary>
internal sealed class MessageBudget
{
    // A tenth of a second's worth may go at once; the rest is spread.
    private const int BurstPart = 10;

    // Where the cloud's own limit lets it, there is a tenth more of shares than messages a second in the long run: an acknowledgement that takes a tenth
    // of a second slows nothing down then.
    private const int SharesPart = 10;
    private const int CloudsLimit = 100;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    // When messages that are under way arrive, nobody can say; it is looked after again.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _timeProvider;
    private readonly Lock _lock = new();
    private readonly long _burst;
    private readonly long _interval;
    private readonly double _intervalPerByte;
    private readonly long _window;
    private readonly long[] _arrived;
    private readonly SortedSet<long> _underWay = [];
    private long _nextMessage;
    private long _nextByte;
    private int _oldest;
    private int _lately;
    private long _lastLeft;
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
        _window = (long)(Window.TotalSeconds * second);
        _arrived = new long[Math.Max(messagesPerSecond, Math.Min(messagesPerSecond + ((messagesPerSecond + SharesPart - 1) / SharesPart), CloudsLimit - 1))];
    }

    /// <summary>How many messages may be under way, none of which is known to have arrived.</summary>
    public int Shares => _arrived.Length == 0 ? int.MaxValue : _arrived.Length;

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
    /// leaves (<see cref="TryLeave"/>) or gives the slot back.
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

    /// <summary>How long a booked message has to wait for a share, at least; then it asks again.</summary>
    public TimeSpan UntilShare
    {
        get
        {
            lock (_lock)
                return _arrived.Length == 0 || FreeShares() > 0 ? TimeSpan.Zero : _lately > 0 ? Until(_arrived[_oldest] + _window) : Glance;
        }
    }

    /// <summary>A booked message leaves when there is a share for it, and takes that up until <see cref="Arrive"/> is told its number.</summary>
    public bool TryLeave(out long number)
    {
        lock (_lock)
        {
            number = _lastLeft + 1;
            if (_arrived.Length > 0)
            {
                if (FreeShares() <= 0)
                    return false;
                _underWay.Add(number);
            }
            _booked--;
            _lastLeft = number;
            return true;
        }
    }

    /// <summary>
    /// The message has arrived by now, or never will. An acknowledged one has arrived behind all that left before it, for they arrive in order; the
    /// cloud may have dropped some, which it never acknowledges.
    /// </summary>
    public void Arrive(long number, bool acknowledged)
    {
        lock (_lock)
        {
            if (_underWay.Remove(number))
                Arrived();
            while (acknowledged && _underWay.Count > 0 && _underWay.Min is var earlier && earlier < number)
            {
                _underWay.Remove(earlier);
                Arrived();
            }
        }
    }

    /// <summary>Counts a message that came in: it uses the limits up too, whatever we say.</summary>
    public void Count(int bytes)
    {
        lock (_lock)
        {
            Advance(bytes);
            Arrived();
        }
    }

    private long Earliest => _timeProvider.GetTimestamp() - _burst;

    // Those that have booked leave before; when no share is left, each takes that of the one that arrived longest ago.
    private long Next()
    {
        var next = Math.Max(_nextMessage, _nextByte);
        // When what is still under way arrives, nobody knows.
        return _arrived.Length > 0 && _booked - FreeShares() is >= 0 and var behind && behind < _lately
            ? Math.Max(next, _arrived[(_oldest + behind) % _arrived.Length] + _window)
            : next;
    }

    // Shares that neither what is under way nor what arrived in the second that ends now takes up.
    private int FreeShares()
    {
        var begin = _timeProvider.GetTimestamp() - _window;
        while (_lately > 0 && _arrived[_oldest] <= begin)
        {
            _oldest = (_oldest + 1) % _arrived.Length;
            _lately--;
        }
        return _arrived.Length - _underWay.Count - _lately;
    }

    private void Advance(int bytes)
    {
        var earliest = Earliest;
        _nextMessage = Math.Max(_nextMessage, earliest) + _interval;
        AdvanceBytes(bytes, earliest);
    }

    private void AdvanceBytes(int bytes, long earliest) => _nextByte = Math.Max(_nextByte, earliest) + (long)(bytes * _intervalPerByte);

    private void Arrived()
    {
        if (_arrived.Length == 0)
            return;
        _arrived[(_oldest + _lately) % _arrived.Length] = _timeProvider.GetTimestamp();
        // Those that came in may be more than there are shares: then the newest count.
        if (_lately < _arrived.Length)
            _lately++;
        else
            _oldest = (_oldest + 1) % _arrived.Length;
    }

    private TimeSpan Until(long moment)
    {
        var now = _timeProvider.GetTimestamp();
        return moment <= now ? TimeSpan.Zero : _timeProvider.GetElapsedTime(now, moment);
    }
}
