namespace CloudKick.LocalCloud;

/// <summary>Where a connection's reader and writer wait while it is frozen. Thread safe.</summary>
internal sealed class FreezeGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _thawed;
    private bool _openForGood;

    public bool IsClosed => Volatile.Read(ref _thawed) is not null;

    /// <returns>False if it is closed already, or will never close again.</returns>
    public bool Close()
    {
        lock (_gate)
        {
            if (_openForGood || _thawed is not null) return false;
            _thawed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    public void Open() => Open(forGood: false);

    /// <summary>The connection ends, and its loops must get there.</summary>
    public void OpenForGood() => Open(forGood: true);

    public ValueTask WaitAsync() => Volatile.Read(ref _thawed) is { } thawed ? new ValueTask(thawed.Task) : ValueTask.CompletedTask;

    private void Open(bool forGood)
    {
        TaskCompletionSource? thawed;
        lock (_gate)
        {
            thawed = _thawed;
            _thawed = null;
            _openForGood |= forGood;
        }
        thawed?.SetResult();
    }
}
