using System.Threading.Channels;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// Lets a request wait for a kick's end, whichever node brings it about: by the database's notification, and by asking now and then
/// in case one was missed. Thread-safe.
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
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Join(kick, signal.Writer);
        try
        {
            while (!await isFinal(cancellationToken))
            {
                var left = wait - _timeProvider.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    return;
                using var pause = new CancellationTokenSource(left < AskAgainAfter ? left : AskAgainAfter, _timeProvider);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
                Task announced = signal.Reader.ReadAsync(either.Token).AsTask();
                await announced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Leave(kick, signal.Writer);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private void Join(KickId kick, ChannelWriter<bool> waiter)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(kick, out var waiters))
                _waiting[kick] = waiters = [];
            waiters.Add(waiter);
        }
    }

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
        if (!Guid.TryParse(payload, out var kick))
            return;
        lock (_lock)
        {
            foreach (var waiter in _waiting.GetValueOrDefault(new KickId(kick), []))
                waiter.TryWrite(true);
        }
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
