namespace CloudKick.LocalCloud;

/// <summary>So many a second; a second's worth may be taken at once. Thread safe.</summary>
internal sealed class Rate(int perSecond, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private double _available = perSecond;
    private long _countedAt = timeProvider.GetTimestamp();

    /// <returns>Null for no limit.</returns>
    public static Rate? Of(int? perSecond, TimeProvider timeProvider) => perSecond is { } limit ? new Rate(limit, timeProvider) : null;

    /// <summary>Takes one, if there is one.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            Refill();
            if (_available < 1) return false;
            _available--;
            return true;
        }
    }

    /// <summary>Takes <paramref name="count"/>, also what is not there yet.</summary>
    /// <returns>How long until what was taken is made good; zero if it was there.</returns>
    public TimeSpan Take(int count)
    {
        lock (_gate)
        {
            Refill();
            _available -= count;
            return _available >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_available / perSecond);
        }
    }

    /// <summary>Whether everything can be taken, as if nothing ever had been.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return _available >= perSecond;
            }
        }
    }

    private void Refill()
    {
        long now = timeProvider.GetTimestamp();
        _available = Math.Min(perSecond, _available + timeProvider.GetElapsedTime(_countedAt, now).TotalSeconds * perSecond);
        _countedAt = now;
    }
}
