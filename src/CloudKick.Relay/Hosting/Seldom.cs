namespace CloudKick.Relay.Hosting;

/// <summary>Lets something be said once in a while, however often there is reason to. Thread-safe.</summary>
/// <param name="interval">How long it is not said again.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class Seldom(TimeSpan interval, TimeProvider timeProvider)
{
    private long _said;

    /// <summary>Whether it is to be said now; then not again until the interval is over.</summary>
    public bool IsDue()
    {
        var (now, said) = (timeProvider.GetTimestamp(), Volatile.Read(ref _said));
        return (said == 0 || timeProvider.GetElapsedTime(said, now) >= interval) && Interlocked.CompareExchange(ref _said, now, said) == said;
    }
}
