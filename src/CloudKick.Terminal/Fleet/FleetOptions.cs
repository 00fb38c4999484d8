namespace CloudKick.Terminal;

/// <summary>How a fleet of terminals is brought up and down.</summary>
public sealed record FleetOptions
{
    /// <summary>Terminals that connect, or stop, at once. <value>Default 64.</value></summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>Attempts to start a terminal before it counts as failed. <value>Default 5.</value></summary>
    public int StartAttempts { get; init; } = 5;

    /// <summary>The wait between two attempts; the cloud takes one a second of each. <value>Default 2 s.</value></summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(2);
}
