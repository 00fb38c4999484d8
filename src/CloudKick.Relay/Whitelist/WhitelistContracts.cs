using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;

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
    string TerminalId, string Label, DateTime? EnabledUntil, bool Active, bool Registered, DateTime CreatedAt, DateTime UpdatedAt) : IChangeable
{
    object IChangeable.Settings => this with { Active = false, Registered = false };

    public static WhitelistEntryAnswer From(WhitelistEntry entry) => new(
        entry.TerminalId, entry.Label, entry.EnabledUntil, entry.Registered && entry.Enabled, entry.Registered, entry.CreatedAt, entry.UpdatedAt);
}

/// <summary>An import as JSON.</summary>
/// <param name="Entries">The terminals, up to 10,000, none of them twice.</param>
internal sealed record WhitelistImport([property: Required] IReadOnlyList<WhitelistLine?>? Entries = null);

/// <summary>
/// One terminal of an import. Of an entry that is there, what is left out stays as it is; <c>null</c> and an empty text take the value away.
/// </summary>
internal sealed record WhitelistLine(string? TerminalId, string? Label = null, string? EnabledUntil = null)
{
    [JsonConstructor]
    public WhitelistLine()
        : this(TerminalId: null)
    {
    }

    /// <summary>The terminal's TMS ID.</summary>
    [Required, RegularExpression(CloudKick.Relay.Terminals.TerminalId.Pattern)]
    public string? TerminalId { get; set; } = TerminalId;

    /// <summary>A name for people, up to 200 characters.</summary>
    [StringLength(WhitelistRules.MaximumLabelLength)]
    public string? Label { get; set => field = value ?? ""; } = Label;

    /// <summary>When kicks stop being let through (RFC 3339, with offset); <c>null</c>: never.</summary>
    [DataType(DataType.DateTime)]
    public string? EnabledUntil { get; set => field = value ?? ""; } = EnabledUntil;
}

/// <summary>What an import did, or in a dry run would do.</summary>
/// <param name="DryRun">Nothing was changed.</param>
/// <param name="Created">How many terminals came on the whitelist.</param>
/// <param name="Updated">How many entries changed.</param>
/// <param name="Unchanged">How many entries were as wanted.</param>
/// <param name="Lines">One for each line of the import, in its order.</param>
internal sealed record WhitelistImportAnswer(
    bool DryRun, int Created, int Updated, int Unchanged, IReadOnlyList<WhitelistImportLineAnswer> Lines);

/// <summary>What became of one line of an import, or would.</summary>
/// <param name="Line">The line of the CSV file, its header being line 1; in JSON the position among the entries, from 0.</param>
/// <param name="TerminalId">The terminal's TMS ID, absent when what stands there is none.</param>
/// <param name="Effect"><c>created</c>, <c>updated</c> or <c>unchanged</c>; <c>faulty</c> when something is wrong with the line.</param>
/// <param name="Registered">Whether the terminal is registered to you: kicks are refused until it is. Absent when the line is faulty.</param>
/// <param name="Faults">Everything that is wrong with the line; absent when nothing is, and for faulty lines after the first 1,000 faults.</param>
internal sealed record WhitelistImportLineAnswer(
    int Line, string? TerminalId, string Effect, bool? Registered, IReadOnlyList<FieldError>? Faults = null)
{
    public const string Faulty = "faulty";

    public static WhitelistImportLineAnswer From(PreviewedLine line) => new(
        line.Line.Number,
        // What is no id is not repeated: it could be anything.
        line.Line.Setting?.TerminalId ?? IdOf(line.Line.Line),
        line.Outcome is { } outcome ? JsonNamingPolicy.CamelCase.ConvertName(outcome.Effect.ToString()) : Faulty,
        line.Outcome?.Registered,
        line.Faults is [] ? null : [.. line.Faults.Select(fault => fault.ToError())]);

    private static string? IdOf(WhitelistLine line) =>
        CloudKick.Relay.Terminals.TerminalId.IsWellFormed(line.TerminalId) && !CloudKick.Relay.Terminals.TerminalId.IsCardNumber(line.TerminalId) ? line.TerminalId : null;
}

/// <summary>The whitelist's last change, which can be undone.</summary>
/// <param name="ChangeId">Names it, for undoing just this one.</param>
/// <param name="Actor">Who made it: <c>key:</c> and an API key's id, <c>user:</c> or <c>operator:</c> and a person's, or <c>cli</c>.</param>
/// <param name="ChangedAt">When.</param>
/// <param name="Entries">Every entry that it changed.</param>
internal sealed record WhitelistChangeAnswer(Guid ChangeId, string Actor, DateTimeOffset ChangedAt, IReadOnlyList<WhitelistDifferenceAnswer> Entries)
{
    public static WhitelistChangeAnswer From(WhitelistChange change) => new(
        change.ChangeId, change.Actor, change.ChangedAt,
        [.. change.Differences.Select(difference => new WhitelistDifferenceAnswer(
            difference.TerminalId, WhitelistContentAnswer.From(difference.Before), WhitelistContentAnswer.From(difference.After)))]);
}

/// <summary>One entry, before a change and after it.</summary>
/// <param name="TerminalId">Which.</param>
/// <param name="Before">As it was; absent when there was none.</param>
/// <param name="After">As it became; absent when it was removed.</param>
internal sealed record WhitelistDifferenceAnswer(string TerminalId, WhitelistContentAnswer? Before, WhitelistContentAnswer? After);

/// <summary>What an entry said.</summary>
/// <param name="Label">A name for people; empty for none.</param>
/// <param name="EnabledUntil">When kicks stop being let through; absent: never.</param>
internal sealed record WhitelistContentAnswer(string Label, DateTime? EnabledUntil)
{
    public static WhitelistContentAnswer? From(WhitelistContent? content) => content is null ? null : new(content.Label, content.EnabledUntil);
}
