namespace CloudKick.Faults.Proxying;

/// <summary>One way of a link, switchable while connections use it. Thread-safe.</summary>
public sealed class LinkControl
{
    private readonly Lock _gate = new();
    private LinkFaults _faults = LinkFaults.None;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it does to bytes now; those that wait because it hung are looked at again.</summary>
    public LinkFaults Faults
    {
        get
        {
            lock (_gate)
                return _faults;
        }
        set
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                _faults = value;
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            changed.SetResult();
        }
    }

    /// <summary>The faults, once it does not hang.</summary>
    internal async ValueTask<LinkFaults> PassAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!_faults.Hangs)
                    return _faults;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }
}
