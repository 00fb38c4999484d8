namespace CloudKick.Faults.Judging;

/// <summary>A promise that was broken.</summary>
/// <param name="Promise">Which, in short: the number and name of the invariant.</param>
/// <param name="Subject">The kick, key or terminal.</param>
/// <param name="What">What was seen.</param>
public sealed record Violation(string Promise, string Subject, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Promise}: {Subject}: {What}";
}
