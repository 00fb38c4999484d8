namespace CloudKick.Fuzzing.Engine;

/// <summary>Which inputs a run makes, and how patient it is.</summary>
internal sealed record FuzzOptions
{
    /// <summary>With the index, decides each input.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The first index. Default 0.</summary>
    public long First { get; init; }

    /// <summary>How many inputs.</summary>
    public required long Inputs { get; init; }

    /// <summary>Processor time of the process within which an input must be done. Default 5 s, far more than any takes.</summary>
    public TimeSpan SpinLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time within which it must be done, also when the machine is busy with something else. Default 2 min.</summary>
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromMinutes(2);
}
