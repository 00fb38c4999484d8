namespace CloudKick.Relay.Database;

/// <summary>The schema could not be brought to this release. The message is written for the operator: what is wrong, and what to do.</summary>
public sealed class MigrationException : Exception
{
    /// <summary>With the faults found; nothing was applied.</summary>
    public MigrationException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults))
    {
        Faults = faults;
    }

    /// <summary>With the one fault that stopped a file; that file left nothing behind.</summary>
    public MigrationException(string fault, Exception cause)
        : base(fault, cause)
    {
        Faults = [fault];
    }

    /// <summary>Every fault, one sentence or two each.</summary>
    public IReadOnlyList<string> Faults { get; }
}
