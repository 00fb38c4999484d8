namespace CloudKick.Faults.Proxying;

/// <summary>One way of a link, switchable while connections use it. Thread-safe.</summary>
public sealed class LinkControl
{
    private readonly Lock _gate = new();
    private LinkFaults _faults = LinkFaults.None;
    private long? _untilTear;
    private long _came;
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
                _untilTear = value.TearsOnceAfterBytes;
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            changed.SetResult();
        }
    }

    /// <summary>Whether a <see cref="LinkFaults.TearsOnceAfterBytes"/> is still to come.</summary>
    public bool IsToTear
    {
        get
        {
            lock (_gate)
                return _untilTear is not null;
        }
    }

    /// <summary>Bytes that have come in so far, of all connections together, whether they got through or wait.</summary>
    public long Came => Interlocked.Read(ref _came);

    /// <summary>Takes note of bytes that have come in.</summary>
    internal void Count(int bytes) => Interlocked.Add(ref _came, bytes);

    /// <summary>How many of so many bytes a connection may let go now, and whether it is torn behind them.</summary>
    internal (int Bytes, bool Tears) Take(int bytes)
    {
        lock (_gate)
        {
            if (_untilTear is not { } left)
                return (bytes, false);
            var tears = left <= bytes;
            _untilTear = tears ? null : left - bytes;
            return ((int)Math.Min(left, bytes), tears);
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
