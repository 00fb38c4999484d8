namespace CloudKick.Relay.Whitelist;

/// <summary>One terminal on a merchant's whitelist, as it is now.</summary>
public sealed record WhitelistEntry
{
    /// <summary>The terminal's TMS ID.</summary>
    public required string TerminalId { get; init; }

    /// <summary>A name for people; empty for none.</summary>
    public required string Label { get; init; }

    /// <summary>When kicks stop being let through; null: never.</summary>
    public required DateTime? EnabledUntil { get; init; }

    /// <summary>When the terminal came on the whitelist.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When the entry last changed.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>Whether <see cref="EnabledUntil"/> lies ahead, by PostgreSQL's clock.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Whether a terminal with this id is registered to this merchant. False says nothing about other merchants' terminals.</summary>
    public required bool Registered { get; init; }
}

/// <summary>What became of one setting.</summary>
public enum WhitelistEffect
{
    /// <summary>The entry was as wanted.</summary>
    Unchanged,

    /// <summary>The terminal was not on the whitelist.</summary>
    Created,

    /// <summary>The entry was different.</summary>
    Updated,

    /// <summary>The terminal is no longer on the whitelist.</summary>
    Removed,

    /// <summary>The caller's condition did not hold: nothing was changed.</summary>
    Refused,
}

/// <summary>What became of one setting of an import.</summary>
/// <param name="Effect">What was done, or in a dry run would have been.</param>
/// <param name="Registered">As <see cref="WhitelistEntry.Registered"/>.</param>
/// <param name="Before">The entry as it was; null when there was none.</param>
/// <param name="After">The entry as it became, or would have.</param>
public readonly record struct WhitelistImportOutcome(WhitelistEffect Effect, bool Registered, WhitelistContent? Before, WhitelistContent After);
