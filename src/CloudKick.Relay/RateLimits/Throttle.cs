using System.Collections.Concurrent;

namespace CloudKick.Relay.RateLimits;

/// <summary>
/// One rate limit for each of many keys: a token bucket, kept as the one moment at which the bucket will be full again (GCRA), so
/// that a full bucket needs no memory. Bounded: while it is full of keys that are all active, new keys are refused. Thread-safe.
/// </summary>
internal sealed class Throttle<TKey>(RateLimit limit, int maximumKeys, TimeProvider timeProvider)
    where TKey : notnull
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TKey, long> _fullAt = new();
    private readonly long _interval = timeProvider.TimestampFrequency * 60 / limit.PerMinute;
    private readonly long _capacity = timeProvider.TimestampFrequency * 60 / limit.PerMinute * limit.Burst;
    private readonly Lock _sweeping = new();
    private int _count;
    private long _sweptAt;

    /// <summary>Keys that are kept count of at the moment.</summary>
    public int Tracked => Volatile.Read(ref _count);

    /// <summary>Takes one; when there is none, says when there will be.</summary>
    public bool TryAcquire(TKey key, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        while (true)
        {
            var now = timeProvider.GetTimestamp();
            if (!_fullAt.TryGetValue(key, out var fullAt))
            {
                if (!HasRoom(now))
                {
                    retryAfter = SweepInterval;
                    return false;
                }

                if (!_fullAt.TryAdd(key, now + _interval))
                    continue;
                Interlocked.Increment(ref _count);
                return true;
            }

            var next = Math.Max(fullAt, now) + _interval;
            if (next - now > _capacity)
            {
                retryAfter = timeProvider.GetElapsedTime(0, next - now - _capacity);
                return false;
            }

            if (_fullAt.TryUpdate(key, next, fullAt))
                return true;
        }
    }

    private bool HasRoom(long now)
    {
        if (Tracked < maximumKeys)
            return true;
        // Whoever comes while another sweeps waits for the room that this makes, rather than being refused.
        lock (_sweeping)
        {
            if (Tracked >= maximumKeys && timeProvider.GetElapsedTime(_sweptAt, now) >= SweepInterval)
            {
                _sweptAt = now;
                foreach (var bucket in _fullAt)
                {
                    if (bucket.Value <= now && _fullAt.TryRemove(bucket))
                        Interlocked.Decrement(ref _count);
                }
            }
        }

        return Tracked < maximumKeys;
    }
}
