using System.Text.Json.Nodes;

namespace CloudKick.Relay.Whitelist;

/// <summary>The last change of a merchant's whitelist: one entry, or all those of an import.</summary>
/// <param name="ChangeId">Names it, for undoing just this one.</param>
/// <param name="Actor">Who made it, as the audit log names them.</param>
/// <param name="ChangedAt">When.</param>
/// <param name="Differences">Every entry that it changed.</param>
public sealed record WhitelistChange(Guid ChangeId, string Actor, DateTimeOffset ChangedAt, IReadOnlyList<WhitelistDifference> Differences);

/// <summary>The last change as it begins: an import's has thousands of entries.</summary>
/// <param name="ChangeId">Names it, for undoing just this one.</param>
/// <param name="ChangedAt">When it was made.</param>
/// <param name="Count">How many entries it changed.</param>
/// <param name="First">The first ones of them.</param>
internal sealed record WhitelistChangeBeginning(Guid ChangeId, DateTimeOffset ChangedAt, int Count, IReadOnlyList<WhitelistDifference> First);

/// <summary>One entry, before a change and after it.</summary>
/// <param name="TerminalId">Which.</param>
/// <param name="Before">As it was; null when there was none.</param>
/// <param name="After">As it became; null when it was removed.</param>
public sealed record WhitelistDifference(string TerminalId, WhitelistContent? Before, WhitelistContent? After)
{
    /// <summary>How the audit log calls it.</summary>
    public string Action => Before is null ? "whitelist.add" : After is null ? "whitelist.remove" : "whitelist.update";

    /// <summary>The way back.</summary>
    public WhitelistDifference Reversed => new(TerminalId, After, Before);

    internal static string ToJson(IEnumerable<WhitelistDifference> differences) => new JsonArray([.. differences.Select(difference => new JsonObject
    {
        ["terminalId"] = difference.TerminalId, ["before"] = difference.Before?.ToNode(), ["after"] = difference.After?.ToNode(),
    })]).ToJsonString();

    internal static IReadOnlyList<WhitelistDifference> FromJson(string json) => [.. JsonNode.Parse(json)!.AsArray().Select(entry => new WhitelistDifference(
        entry!["terminalId"]!.GetValue<string>(), WhitelistContent.FromNode(entry["before"]), WhitelistContent.FromNode(entry["after"])))];
}

/// <summary>What an entry says.</summary>
/// <param name="Label">A name for people; empty for none.</param>
/// <param name="EnabledUntil">When kicks stop being let through, in UTC; null: never.</param>
public sealed record WhitelistContent(string Label, DateTime? EnabledUntil)
{
    internal string ToJson() => ToNode().ToJsonString();

    internal JsonObject ToNode() => new() { ["label"] = Label, ["enabledUntil"] = EnabledUntil };

    internal static WhitelistContent? FromNode(JsonNode? node) =>
        node is null ? null : new(node["label"]!.GetValue<string>(), node["enabledUntil"]?.GetValue<DateTime>().ToUniversalTime());
}
