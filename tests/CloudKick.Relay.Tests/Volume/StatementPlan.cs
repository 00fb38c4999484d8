using System.Text.Json.Nodes;

namespace CloudKick.Relay.Tests.Volume;

/// <summary>One step of a plan as it was carried out.</summary>
/// <param name="Kind">For example <c>Index Scan</c>.</param>
/// <param name="Table">The table that it reads; null when it reads other steps.</param>
/// <param name="HasCondition">Whether an index led it to the rows that it wanted, and not merely to all of them in order.</param>
/// <param name="Kept">Rows that it read and gave on, all its repetitions together.</param>
/// <param name="Dropped">Rows that it read and threw away, likewise; of a join, pairs.</param>
/// <param name="Description">For a person: kind, table, index and filters.</param>
internal sealed record PlanStep(string Kind, string? Table, bool HasCondition, double Kept, double Dropped, string Description)
{
    // As many as a table has that is read faster than any index.
    public const int MostReadInOrder = 2_000;

    /// <summary>
    /// Whether it went through its table as far as it had to: from end to end, or along an index without a condition beyond what a page
    /// takes. Whoever wants to know whether there is any row at all reads one.
    /// </summary>
    public bool ReadsAll => Kind switch
    {
        "Seq Scan" => Kept + Dropped > 1,
        "Index Scan" or "Index Only Scan" => !HasCondition && Kept + Dropped > MostReadInOrder,
        _ => false,
    };
}

/// <summary>A statement and how it was carried out.</summary>
/// <param name="Statement">Its text.</param>
/// <param name="Steps">Those that were carried out at all: a partition that was not needed is in the plan, and is not here.</param>
internal sealed record StatementPlan(string Statement, IReadOnlyList<PlanStep> Steps)
{
    private static readonly string[] WaysToDrop = ["Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter"];

    public static StatementPlan Of(JsonNode logged) => new((string?)logged["Query Text"] ?? "", [.. StepsOf(logged["Plan"]!)]);

    private static IEnumerable<PlanStep> StepsOf(JsonNode node)
    {
        var repetitions = Number("Actual Loops") ?? 1;
        if (repetitions == 0)
            yield break;
        yield return new PlanStep(
            Text("Node Type"), (string?)node["Relation Name"], node["Index Cond"] is not null, (Number("Actual Rows") ?? 0) * repetitions,
            WaysToDrop.Sum(way => Number(way) ?? 0) * repetitions,
            $"{Text("Node Type")} {Text("Relation Name")} {Text("Index Name")} {Text("Index Cond")} {Text("Filter")} {Text("Join Filter")}");
        foreach (var step in (node["Plans"]?.AsArray() ?? []).SelectMany(child => StepsOf(child!)))
            yield return step;

        double? Number(string name) => (double?)node[name];
        string Text(string name) => (string?)node[name] ?? "";
    }
}
