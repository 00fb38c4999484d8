namespace CloudKick.Relay.Whitelist;

/// <summary>What a merchant wants of one terminal on its whitelist.</summary>
/// <param name="TerminalId">The terminal's TMS ID: 1 to 16 letters, digits, <c>_</c> or <c>-</c>.</param>
/// <param name="Label">A name for people, up to 200 characters without control characters; empty for none.</param>
/// <param name="EnabledUntil">When kicks stop being let through; null: never.</param>
public sealed record WhitelistSetting(string TerminalId, string Label = "", DateTimeOffset? EnabledUntil = null)
{
    /// <summary>An entry that is there keeps the label that it has; default false.</summary>
    public bool KeepsLabel { get; init; }

    /// <summary>An entry that is there keeps its <see cref="EnabledUntil"/>; default false.</summary>
    public bool KeepsEnabledUntil { get; init; }
}
