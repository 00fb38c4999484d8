namespace CloudKick.Relay.Publishing;

/// <summary>
/// How long a new kick may wait for its turn. A burst has the long patience: its queue is gone soon. In a queue that stands, waiting serves
/// nobody, since as many come as leave, and each is as late as the queue is long: there the short patience holds, and the rest hears at once that
/// they are too many (controlled delay, RFC 8289, at the queue's entrance). Thread-safe; asked only by those who found a queue.
/// </summary>
/// <param name="inBurst">The long patience.</param>
/// <param name="whileStanding">The short one.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class QueuePatience(TimeSpan inBurst, TimeSpan whileStanding, TimeProvider timeProvider)
{
    // What has been met for this long is no burst; RFC 8289 §4.3 has the same interval.
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMilliseconds(100);

    // A queue that nobody met for so long is over. Less than what those turned away are told to wait, so that they may come back as a burst.
    private static readonly TimeSpan Over = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private long? _last;
    private long _first;

    /// <summary>For a kick that finds a queue now.</summary>
    public TimeSpan Ask()
    {
        lock (_lock)
        {
            var now = timeProvider.GetTimestamp();
            if (_last is not { } last || timeProvider.GetElapsedTime(last, now) > Over)
                _first = now;
            _last = now;
            return timeProvider.GetElapsedTime(_first, now) < LongestBurst ? inBurst : whileStanding;
        }
    }
}
