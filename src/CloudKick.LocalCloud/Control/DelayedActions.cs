namespace CloudKick.LocalCloud;

/// <summary>
/// Does things later: one loop, in the order in which they fall due. What it holds is bounded by what orders it: one
/// acknowledgement for each message that a client may have unacknowledged, and one end for each fault. Thread safe.
/// </summary>
internal sealed class DelayedActions : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Action, (DateTimeOffset DueAt, long Order)> _waiting = new();
    private readonly TimeProvider _timeProvider;
    private readonly Task _running;
    private TaskCompletionSource _earlier = NewSignal();
    private long _order;
    private bool _stopped;

    public DelayedActions(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _running = RunAsync();
    }

    /// <param name="delay">From now.</param>
    /// <param name="action">Must be quick and must not throw. Forgotten when this is disposed before.</param>
    public void Do(TimeSpan delay, Action action)
    {
        lock (_gate)
        {
            _waiting.Enqueue(action, (_timeProvider.GetUtcNow() + delay, _order++));
            _earlier.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _waiting.Clear();
            _earlier.TrySetResult();
        }
        await _running;
    }

    private async Task RunAsync()
    {
        while (Take(out var due, out var pause, out var earlier))
        {
            foreach (var action in due) action();
            await earlier.WaitAsync(pause, _timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // or time is up
        }
    }

    /// <returns>False when there is nothing more to do, ever.</returns>
    private bool Take(out List<Action> due, out TimeSpan pause, out Task earlier)
    {
        due = [];
        pause = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            if (_earlier.Task.IsCompleted) _earlier = NewSignal();
            earlier = _earlier.Task;
            var now = _timeProvider.GetUtcNow();
            while (_waiting.TryPeek(out var action, out var when))
            {
                if (when.DueAt > now)
                {
                    pause = when.DueAt - now;
                    break;
                }
                due.Add(action);
                _waiting.Dequeue();
            }
            return !_stopped;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
