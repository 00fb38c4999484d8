namespace CloudKick.Terminal;

/// <summary>
/// Keeps the events of any number of terminals, in the order in which they came; the oldest go when it is
/// full. Its <see cref="Add"/> is an observer. Thread-safe.
/// </summary>
/// <param name="capacity">How many events are kept. Default 1,000,000.</param>
public sealed class TerminalHistory(int capacity = 1_000_000)
{
    private readonly Lock _lock = new();
    private readonly Queue<TerminalEvent> _events = [];
    private readonly List<Waiter> _waiters = [];

    /// <summary>Takes note of an event.</summary>
    public void Add(TerminalEvent happened)
    {
        lock (_lock)
        {
            if (_events.Count == capacity)
                _events.Dequeue();
            _events.Enqueue(happened);
            _waiters.RemoveAll(waiter => waiter.Offer(happened));
        }
    }

    /// <summary>The events so far.</summary>
    public IReadOnlyList<TerminalEvent> Snapshot()
    {
        lock (_lock)
            return [.. _events];
    }

    /// <summary>The first event of the type that satisfies the condition, whether it is there already or still to come.</summary>
    public async Task<T> WaitForAsync<T>(Func<T, bool> condition, CancellationToken cancellationToken)
        where T : TerminalEvent
    {
        Waiter<T> waiter;
        lock (_lock)
        {
            if (_events.OfType<T>().FirstOrDefault(condition) is { } earlier)
                return earlier;
            waiter = new Waiter<T>(condition);
            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Found.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(waiter);
        }
    }

    /// <inheritdoc cref="WaitForAsync{T}(Func{T, bool}, CancellationToken)" />
    public Task<T> WaitForAsync<T>(CancellationToken cancellationToken)
        where T : TerminalEvent => WaitForAsync<T>(_ => true, cancellationToken);

    private abstract class Waiter
    {
        public abstract bool Offer(TerminalEvent happened);
    }

    private sealed class Waiter<T>(Func<T, bool> condition) : Waiter
        where T : TerminalEvent
    {
        public TaskCompletionSource<T> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool Offer(TerminalEvent happened) => happened is T candidate && condition(candidate) && Found.TrySetResult(candidate);
    }
}
