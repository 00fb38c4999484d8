using System.Text.Json.Nodes;

namespace CloudKick.Relay.Tests.Volume;

/// <summary>One step of a plan as it was carried out.</summary>
/// <param name="Kind">For example <c>Index Scan</c>.</param>
/// <param name="Table">The table that it reads; null when it reads other steps.</param>
/// <param name="Kept">Rows that it read and gave on, all its repetitions together.</param>
/// <param name="Dropped">Rows that it read and threw away, likewise.</param>
/// <param name="Description">For a person: kind, table, index and filter.</param>
internal sealed record PlanStep(string Kind, string? Table, double Kept, double Dropped, string Description)
{
    // Whoever wants to know whether there is any row at all reads one.
    public bool ReadsAll => Kind == "Seq Scan" && Kept + Dropped > 1;
}

/// <summary>A statement and how it was carried out.</summary>
/// <param name="Statement">Its text.</param>
/// <param name="Steps">Those that were carried out at all: a partition that was not needed is in the plan, and is not here.</param>
internal sealed record StatementPlan(string Statement, IReadOnlyList<PlanStep> Steps)
{
    public static StatementPlan Of(JsonNode logged) => new((string?)logged["Query Text"] ?? "", [.. StepsOf(logged["Plan"]!)]);

    private static IEnumerable<PlanStep> StepsOf(JsonNode node)
    {
        var repetitions = (double?)node["Actual Loops"] ?? 1;
        if (repetitions == 0)
            yield break;
        string Text(string name) => (string?)node[name] ?? "";
        yield return new PlanStep(
            Text("Node Type"), (string?)node["Relation Name"], ((double?)node["Actual Rows"] ?? 0) * repetitions,
            (((double?)node["Rows Removed by Filter"] ?? 0) + ((double?)node["Rows Removed by Index Recheck"] ?? 0)) * repetitions,
            $"{Text("Node Type")} {Text("Relation Name")} {Text("Index Name")} {Text("Index Cond")} {Text("Filter")}");
        foreach (var step in (node["Plans"]?.AsArray() ?? []).SelectMany(child => StepsOf(child!)))
            yield return step;
    }
}
