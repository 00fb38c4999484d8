using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Whitelist;

/// <summary>What an entry of the whitelist shall be. What is left out is none: a PUT says all of it.</summary>
/// <param name="Label">A name for people, up to 200 characters.</param>
/// <param name="EnabledUntil">
/// When kicks stop being let through (RFC 3339, with offset); none: never. A moment that has passed is taken: the entry stays, and
/// lets nothing through.
/// </param>
internal sealed record WhitelistPut(
    [property: StringLength(WhitelistRules.MaximumLabelLength)] string? Label = null,
    [property: DataType(DataType.DateTime)] string? EnabledUntil = null);

/// <summary>One terminal on the whitelist.</summary>
/// <param name="TerminalId">The terminal's TMS ID.</param>
/// <param name="Label">A name for people; empty for none.</param>
/// <param name="EnabledUntil">When kicks stop being let through; null: never.</param>
/// <param name="Active">Whether the whitelist lets a kick through now: the terminal is registered to you and <c>enabledUntil</c> lies ahead.</param>
/// <param name="Registered">
/// Whether the terminal is registered to you. When it is not, kicks are refused until the platform's operator has done so; the answer
/// does not tell whether the id exists elsewhere.
/// </param>
/// <param name="CreatedAt">When it came on the whitelist.</param>
/// <param name="UpdatedAt">When the entry last changed.</param>
internal sealed record WhitelistEntryAnswer(
    string TerminalId, string Label, DateTime? EnabledUntil, bool Active, bool Registered, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static WhitelistEntryAnswer From(WhitelistEntry entry) => new(
        entry.TerminalId, entry.Label, entry.EnabledUntil, entry.Registered && entry.Enabled, entry.Registered, entry.CreatedAt, entry.UpdatedAt);
}

/// <summary>An import as JSON.</summary>
/// <param name="Entries">The terminals, up to 10,000, none of them twice.</param>
internal sealed record WhitelistImport([property: Required] IReadOnlyList<WhitelistLine?>? Entries = null);

/// <summary>One terminal of an import.</summary>
/// <param name="TerminalId">The terminal's TMS ID.</param>
/// <param name="Label">A name for people, up to 200 characters.</param>
/// <param name="EnabledUntil">When kicks stop being let through (RFC 3339, with offset); none: never.</param>
internal sealed record WhitelistLine(
    [property: Required, RegularExpression(CloudKick.Relay.Terminals.TerminalId.Pattern)] string? TerminalId = null,
    [property: StringLength(WhitelistRules.MaximumLabelLength)] string? Label = null,
    [property: DataType(DataType.DateTime)] string? EnabledUntil = null);

/// <summary>What an import did, or in a dry run would do.</summary>
/// <param name="DryRun">Nothing was changed.</param>
/// <param name="Created">How many terminals came on the whitelist.</param>
/// <param name="Updated">How many entries changed.</param>
/// <param name="Unchanged">How many entries were as wanted.</param>
/// <param name="Lines">One for each terminal of the import, in its order.</param>
internal sealed record WhitelistImportAnswer(
    bool DryRun, int Created, int Updated, int Unchanged, IReadOnlyList<WhitelistImportLineAnswer> Lines);

/// <summary>What became of one terminal of an import.</summary>
/// <param name="Line">The line of the CSV file, its header being line 1; in JSON the position among the entries, from 0.</param>
/// <param name="TerminalId">The terminal's TMS ID.</param>
/// <param name="Effect"><c>created</c>, <c>updated</c> or <c>unchanged</c>.</param>
/// <param name="Registered">Whether the terminal is registered to you; kicks are refused until it is.</param>
internal sealed record WhitelistImportLineAnswer(int Line, string TerminalId, string Effect, bool Registered);
