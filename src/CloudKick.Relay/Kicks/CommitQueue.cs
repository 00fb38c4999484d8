namespace CloudKick.Relay.Kicks;

/// <summary>
/// How many kicks may wait for the database: as many as begin to be committed within <see cref="KickOptions.MaximumWait"/> at the pace that commits
/// have at the moment, and always as many as the next two commits take, so that a database that is merely far away, or stood still for a moment, refuses
/// nobody. Thread-safe.
/// </summary>
internal sealed class CommitQueue(KickOptions options, TimeProvider timeProvider)
{
    private const int AlwaysCommits = 2;

    private readonly int _oneCommit = options.BatchSize * options.Writers;
    private readonly int _always = Math.Min(AlwaysCommits * options.BatchSize * options.Writers, options.MaximumQueued);
    private long _began;
    private long _took;

    /// <summary>Whether another one may join those that wait.</summary>
    public bool HasRoom(int waiting) => waiting < _always || waiting < Most;

    /// <summary>What a commit takes: the last one, or the one under way when that has taken longer already.</summary>
    public TimeSpan Pace
    {
        get
        {
            var (took, began) = (new TimeSpan(Volatile.Read(ref _took)), Volatile.Read(ref _began));
            return began != 0 && timeProvider.GetElapsedTime(began) is var sofar && sofar > took ? sofar : took;
        }
    }

    /// <summary>A commit begins; <see cref="End"/> is called with what this returns.</summary>
    public long Begin()
    {
        var began = timeProvider.GetTimestamp();
        Volatile.Write(ref _began, began);
        return began;
    }

    /// <summary>The commit that began then has ended, well or not.</summary>
    public void End(long began)
    {
        Volatile.Write(ref _took, timeProvider.GetElapsedTime(began).Ticks);
        // With several writers a later one may be under way, and then its time counts.
        Interlocked.CompareExchange(ref _began, 0, began);
    }

    private long Most => Math.Min(options.MaximumWait.Ticks / Math.Max(Pace.Ticks, 1) * _oneCommit, options.MaximumQueued);
}
