namespace CloudKick.Relay.Kicks.Counts;

/// <summary>A merchant whose kicks fail.</summary>
internal sealed record FailingMerchant
{
    /// <summary>Fewer failures than these are chance, however few kicks there were.</summary>
    public const int FewestFailures = 3;

    // A merchant usually fails like others do, hardly ever, as long as it has kicked less than this.
    private const double OthersFailure = 0.02;
    private const double OthersWeight = 50;

    // Standard deviations: of a thousand merchants that are as usual, about one seems to fail more.
    private const double Clearly = 3;

    public required Guid MerchantId { get; init; }
    public required string Name { get; init; }

    /// <summary>Its kicks of this hour and the one before.</summary>
    public required long Kicks { get; init; }

    /// <summary>How many of them expired or failed.</summary>
    public required long Failed { get; init; }

    /// <summary>Its kicks of the week before; null: none.</summary>
    public required long? UsualKicks { get; init; }

    /// <summary>How many of those expired or failed; null: none.</summary>
    public required long? UsualFailed { get; init; }

    /// <summary>The share that fails now, 0 to 1.</summary>
    public double Failure => (double)Failed / Kicks;

    /// <summary>The share that is usual for it, 0 to 1: of the week before, and the less it kicked in it, the more that of others.</summary>
    public double UsualFailure => ((UsualFailed ?? 0) + (OthersFailure * OthersWeight)) / ((UsualKicks ?? 0) + OthersWeight);

    /// <summary>How many kicks more failed than usually do.</summary>
    public double Excess => Failed - (UsualFailure * Kicks);

    /// <summary>Whether it fails clearly more than usual: a few failures by chance are none.</summary>
    public bool IsUnusual => Failed >= FewestFailures
        && Failure > UsualFailure + (Clearly * Math.Sqrt(Math.Max(UsualFailure, OthersFailure) * (1 - UsualFailure) / Kicks));
}
