namespace CloudKick.Relay.Publishing;

/// <summary>
/// Lets only so many requests be under way at once, and after one that failed for the way's sake only one now and again, until one
/// succeeds. Thread-safe.
/// </summary>
internal sealed class RequestGate(int maximum, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRefusedPause = TimeSpan.FromMinutes(2);

    // As many as this many rounds of requests may wait.
    private const int Rounds = 4;

    private readonly SemaphoreSlim _places = new(maximum, maximum);
    private readonly Lock _lock = new();
    private readonly Probes _probes = new(FirstPause, timeProvider);
    private int _waiting;

    /// <summary>Why the way does not work; null when it does, as far as is known.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether the fault is one that asking again soon does not mend.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Whether a request made now could go out: nothing is known to be wrong, or it is time to try again.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return Fault is null || _probes.IsDue;
        }
    }

    /// <summary>Whether so many wait already that another one would hardly get its turn.</summary>
    public bool IsFull => Volatile.Read(ref _waiting) >= maximum * Rounds;

    /// <summary>Waits for a place, which <see cref="Leave"/> or <see cref="GiveBack"/> frees; false when none became free, or the way does not work and it is not time to try.</summary>
    public async Task<bool> TryEnterAsync(KickAttempt attempt, TimeSpan patience)
    {
        if (!MayTry(attempt))
            return false;
        if (_places.Wait(0))
            return true;
        Interlocked.Increment(ref _waiting);
        using var deadline = new CancellationTokenSource(patience, timeProvider);
        try
        {
            await _places.WaitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            HasNotTried(attempt);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>The request has ended.</summary>
    /// <param name="fault">Why the way did not work; null when it did.</param>
    /// <param name="isRefusal">Whether asking again soon would be answered the same.</param>
    /// <returns>True when this is news: it fails since now, or works again.</returns>
    public bool Leave(string? fault, bool isRefusal)
    {
        _places.Release();
        lock (_lock)
        {
            var isNews = (Fault is null) != (fault is null);
            Fault = fault;
            IsRefused = fault is not null && isRefusal;
            // Those under way together fail together, and the pause begins once.
            if (fault is null)
                _probes.Reset();
            else if (isNews)
                _probes.Postpone(LongestPauseNow);
            return isNews;
        }
    }

    /// <summary>Nothing was requested after all: the place is free again, and of the way nothing is known that was not before.</summary>
    public void GiveBack(KickAttempt attempt)
    {
        HasNotTried(attempt);
        _places.Release();
    }

    public void Dispose() => _places.Dispose();

    private TimeSpan LongestPauseNow => IsRefused ? LongestRefusedPause : LongestPause;

    // While the way does not work, whoever comes when the pause is over is the one that tries; the next one comes two such pauses later.
    private bool MayTry(KickAttempt attempt)
    {
        lock (_lock)
            return Fault is null || _probes.TryBegin(attempt, LongestPauseNow);
    }

    private void HasNotTried(KickAttempt attempt)
    {
        lock (_lock)
            _probes.GiveBack(attempt);
    }
}
