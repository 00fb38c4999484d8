namespace CloudKick.Fuzzing.Engine;

/// <summary>
/// Gives a target one input after the other until one is a fault. The work is done on a thread of its own, so that one that never ends
/// is noticed; such a thread is left behind, since .NET cannot end it.
/// </summary>
internal sealed class FuzzRun
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly IFuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly FuzzRandom _random = new();
    private readonly FuzzInput _input = new();
    private long _index;
    private long _accepted;
    private long _bytes;
    private long _largestAllocation;
    private FuzzFinding? _finding;

    private FuzzRun(IFuzzTarget target, FuzzOptions options)
    {
        _target = target;
        _options = options;
        _index = options.First;
    }

    /// <summary>Runs until the last input, or the first fault.</summary>
    public static FuzzResult Run(IFuzzTarget target, FuzzOptions options, CancellationToken cancellationToken) =>
        new FuzzRun(target, options).Run(cancellationToken);

    private FuzzResult Run(CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var worker = new Thread(() => Work(cancellationToken)) { IsBackground = true, Name = $"fuzz {_target.Name}" };
        worker.Start();
        var (seen, seenAt, processorTime) = (-1L, 0L, TimeSpan.Zero);
        while (_finding is null && !worker.Join(Glance))
        {
            var index = Volatile.Read(ref _index);
            if (index != seen)
                (seen, seenAt, processorTime) = (index, TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
            else if (Environment.CpuUsage.TotalTime - processorTime > _options.SpinLimit)
                _finding = Finding(FuzzFindingKind.Spin, $"Not done after {_options.SpinLimit.TotalSeconds} s of work.");
            else if (TimeProvider.System.GetElapsedTime(seenAt) > _options.HangLimit)
                _finding = Finding(FuzzFindingKind.Hang, $"Not done after {_options.HangLimit.TotalSeconds} s.");
        }
        return new FuzzResult(
            Volatile.Read(ref _index) - _options.First + (_finding is null ? 0 : 1), _accepted, _bytes, _largestAllocation,
            TimeProvider.System.GetElapsedTime(startedAt), _finding);
    }

    private void Work(CancellationToken cancellationToken)
    {
        var end = _options.First + _options.Inputs;
        for (var index = _options.First; index < end && !cancellationToken.IsCancellationRequested; index++)
        {
            Volatile.Write(ref _index, index);
            if (Try() is { } finding)
            {
                _finding = finding;
                return;
            }
            Volatile.Write(ref _index, index + 1);
        }
    }

    private FuzzFinding? Try()
    {
        try
        {
            var allocated = Take(out var accepted);
            // What is made once and kept, by the runtime too, is no fault: a second time it is not made again.
            if (allocated > _target.AllocationLimit(_input.Length))
                allocated = Take(out accepted);
            if (allocated > _target.AllocationLimit(_input.Length))
                return Finding(FuzzFindingKind.Allocation, $"Allocates {allocated} bytes; at most {_target.AllocationLimit(_input.Length)} for an input of {_input.Length}.");
            _largestAllocation = Math.Max(_largestAllocation, allocated);
            _accepted += accepted ? 1 : 0;
            _bytes += _input.Length;
            if (_input.IsValid && !accepted)
                return Finding(FuzzFindingKind.WrongResult, "Refused, although it is as the grammar has it.");
            _target.Check(_input);
            return null;
        }
        catch (FuzzFault fault)
        {
            return Finding(FuzzFindingKind.WrongResult, fault.InnerException is null ? fault.Message : $"{fault.Message}\n{fault.InnerException}");
        }
        catch (Exception exception) // what this is for
        {
            return Finding(FuzzFindingKind.Exception, exception.ToString());
        }
    }

    private long Take(out bool accepted)
    {
        _random.Begin(_options.Seed, _index);
        _input.Clear();
        _target.Generate(_random, _input);
        var before = Allocated();
        accepted = _target.Take(_input);
        return Allocated() - before;
    }

    private long Allocated() => _target.WorksOnOtherThreads ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();

    private FuzzFinding Finding(FuzzFindingKind kind, string message) =>
        new(_target.Name, _options.Seed, _index, kind, message, _input.Memory.ToArray());
}
