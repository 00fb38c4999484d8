namespace CloudKick.Relay.Publishing;

/// <summary>
/// Spreads messages so that no second carries more than a limit: each message books the next free slot and waits for it (the generic
/// cell rate algorithm with a small burst). Thread-safe, without timers of its own.
/// </summary>
internal sealed class MessageBudget(int perSecond, TimeProvider timeProvider)
{
    // A tenth of a second's worth may go at once; the rest is spread.
    private readonly long _burst = perSecond == 0 ? 0 : timeProvider.TimestampFrequency / 10;
    private readonly long _interval = perSecond == 0 ? 0 : timeProvider.TimestampFrequency / perSecond;
    private readonly Lock _lock = new();
    private long _nextSlot = timeProvider.GetTimestamp();

    /// <summary>How long a message booked now would wait.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_lock)
                return DelayUntil(_nextSlot);
        }
    }

    /// <summary>Books the next slot unless it is further away than <paramref name="patience"/>; says how long to wait for it.</summary>
    public bool TryBook(TimeSpan patience, out TimeSpan delay)
    {
        lock (_lock)
        {
            delay = DelayUntil(_nextSlot);
            if (delay > patience)
                return false;
            Advance();
            return true;
        }
    }

    /// <summary>Counts a message that came in: it uses the limit up too, whatever we say.</summary>
    public void Count()
    {
        lock (_lock)
            Advance();
    }

    private void Advance() => _nextSlot = Math.Max(_nextSlot, timeProvider.GetTimestamp() - _burst) + _interval;

    private TimeSpan DelayUntil(long slot)
    {
        var now = timeProvider.GetTimestamp();
        return slot <= now ? TimeSpan.Zero : timeProvider.GetElapsedTime(now, slot);
    }
}
