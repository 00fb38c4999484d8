using System.Threading.Channels;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// Lets a request wait for news of a kick, whichever node brings it about: its end by the database's notification, and by asking now
/// and then in case one was missed. Thread-safe.
/// </summary>
internal sealed class KickWatch : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<KickId, List<ChannelWriter<bool>>> _waiting = [];
    private readonly TimeProvider _timeProvider;
    private readonly IDisposable _subscription;

    public KickWatch(DatabaseNotifications notifications, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _subscription = notifications.On(DatabaseNotifications.KickFinal, Ended, AskAll);
    }

    /// <summary>
    /// Waits until <paramref name="isFinal"/> says so or <paramref name="wait"/> has passed. It is asked at once, when the end is
    /// announced, and every two seconds.
    /// </summary>
    public async Task WaitAsync(KickId kick, TimeSpan wait, Func<CancellationToken, Task<bool>> isFinal, CancellationToken cancellationToken)
    {
        var started = _timeProvider.GetTimestamp();
        using var signal = Join(kick);
        while (!await isFinal(cancellationToken))
        {
            var left = wait - _timeProvider.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return;
            await signal.WaitAsync(left < AskAgainAfter ? left : AskAgainAfter, cancellationToken);
        }
    }

    /// <summary>Hears what is announced of a kick, until disposed.</summary>
    /// <param name="kick">Which.</param>
    /// <param name="left">Called when it is disposed.</param>
    public KickSignal Join(KickId kick, Action? left = null)
    {
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_lock)
        {
            if (!_waiting.TryGetValue(kick, out var waiters))
                _waiting[kick] = waiters = [];
            waiters.Add(signal.Writer);
        }

        return new KickSignal(signal.Reader, _timeProvider, () =>
        {
            Leave(kick, signal.Writer);
            left?.Invoke();
        });
    }

    /// <summary>Wakes everybody who waits for news of this kick.</summary>
    public void Announce(KickId kick)
    {
        lock (_lock)
        {
            foreach (var waiter in _waiting.GetValueOrDefault(kick, []))
                waiter.TryWrite(true);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private void Leave(KickId kick, ChannelWriter<bool> waiter)
    {
        lock (_lock)
        {
            var waiters = _waiting[kick];
            waiters.Remove(waiter);
            if (waiters.Count == 0)
                _waiting.Remove(kick);
        }
    }

    private void Ended(string payload)
    {
        if (Guid.TryParse(payload, out var kick))
            Announce(new KickId(kick));
    }

    // Announcements may have been missed: everybody who waits asks.
    private void AskAll()
    {
        lock (_lock)
        {
            foreach (var waiter in _waiting.Values.SelectMany(waiters => waiters))
                waiter.TryWrite(true);
        }
    }
}

/// <summary>One place to wait for news of a kick. For one waiter at a time.</summary>
internal sealed class KickSignal(ChannelReader<bool> announced, TimeProvider timeProvider, Action leave) : IDisposable
{
    private bool _left;

    /// <summary>Returns when something was announced since the last time, or when the wait is over.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(wait, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        Task waiting = announced.ReadAsync(either.Token).AsTask();
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _left, true))
            leave();
    }
}
