using System.Text.Json.Nodes;
using CloudKick.Relay.Auditing;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One value that an audited change changed.</summary>
/// <param name="Name">Which.</param>
/// <param name="Before">As it was; null: there was none.</param>
/// <param name="After">As it became; null: there is none.</param>
internal sealed record AuditDifference(string Name, string? Before, string? After)
{
    /// <summary>What differs between the two states of a row, in the order of their names.</summary>
    public static IEnumerable<AuditDifference> Of(AuditEntry entry)
    {
        var (before, after) = (Values(entry.Before), Values(entry.After));
        return before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(name => new AuditDifference(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
            // An empty text is none: nothing to be told of.
            .Where(difference => (difference.Before ?? "") != (difference.After ?? ""));
    }

    private static Dictionary<string, string> Values(string? state) => state is null || JsonNode.Parse(state) is not JsonObject values
        ? []
        : values.Where(pair => pair.Value is not null).ToDictionary(
            pair => pair.Key, pair => pair.Value!.GetValueKind() == System.Text.Json.JsonValueKind.String ? pair.Value.GetValue<string>() : pair.Value.ToJsonString());
}
