namespace CloudKick.LocalCloud;

/// <summary>
/// Lets a test wait for a state of the broker without polling: each change looks at the conditions that are waited for.
/// Conditions run outside this class's lock, and may therefore take locks of their own.
/// </summary>
internal sealed class StateWaiters
{
    private readonly Lock _gate = new();
    private Waiter[] _waiters = [];

    public async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(condition);
        lock (_gate) _waiters = [.. _waiters, waiter];
        try
        {
            waiter.Check();
            await waiter.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate) _waiters = [.. _waiters.Where(other => other != waiter)];
        }
    }

    public void Changed()
    {
        foreach (var waiter in Volatile.Read(ref _waiters)) waiter.Check();
    }

    private sealed class Waiter(Func<bool> condition) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Check()
        {
            if (!Task.IsCompleted && condition()) TrySetResult();
        }
    }
}
