namespace CloudKick.LocalCloud;

/// <summary>
/// Slows a connection down to so many bytes a second, both ways together: reader and writer each wait after what they have
/// read or written beyond it. Thread safe.
/// </summary>
internal sealed class Throughput(Rate bytes, Counters counters, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _waits;
    private bool _stopped;

    /// <summary>Completes when <paramref name="count"/> bytes more are within the rate; at once if they are, or after <see cref="Stop"/>.</summary>
    public ValueTask PassAsync(int count)
    {
        var delay = bytes.Take(count);
        if (delay == TimeSpan.Zero) return ValueTask.CompletedTask;
        counters.OverQuota(Quota.Throughput);
        return new ValueTask(WaitAsync(delay));
    }

    /// <summary>Nothing waits any more: the connection is closing.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _waits?.Cancel();
        }
    }

    private async Task WaitAsync(TimeSpan delay)
    {
        CancellationToken cancellationToken;
        lock (_gate)
        {
            if (_stopped) return;
            cancellationToken = (_waits ??= new CancellationTokenSource()).Token;
        }
        await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
