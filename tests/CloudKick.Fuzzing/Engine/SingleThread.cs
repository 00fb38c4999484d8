namespace CloudKick.Fuzzing.Engine;

/// <summary>
/// Lets asynchronous code run on the calling thread alone, in an order that is always the same: what it would go on with elsewhere waits
/// here until <see cref="RunUntilIdle"/>. Not thread safe.
/// </summary>
internal sealed class SingleThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _waiting = new();

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue((d, state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Calls something that goes on here, and everything that follows from it, until all of it waits.</summary>
    public void RunUntilIdle(Action begin)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            begin();
            while (_waiting.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
