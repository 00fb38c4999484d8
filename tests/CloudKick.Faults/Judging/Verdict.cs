using System.Globalization;
using System.Text;

namespace CloudKick.Faults.Judging;

/// <summary>The judgement of one run.</summary>
/// <param name="Violations">What was broken; empty when every promise was kept.</param>
/// <param name="Summary">What happened, a line each.</param>
public sealed record Verdict(IReadOnlyList<Violation> Violations, IReadOnlyList<string> Summary)
{
    private const int Shown = 20;

    /// <summary>Whether every promise was kept.</summary>
    public bool IsKept => Violations.Count == 0;

    /// <summary>For a person: what happened, what was broken, how to repeat it.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="repeat">The command that repeats it.</param>
    public string Report(int seed, string repeat)
    {
        var text = new StringBuilder();
        foreach (var line in Summary)
            text.AppendLine(line);
        if (IsKept)
            return text.Append(CultureInfo.InvariantCulture, $"Every promise was kept (seed {seed}).").ToString();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Violations.Count} violations:");
        foreach (var promise in Violations.GroupBy(violation => violation.Promise))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {promise.Key} ({promise.Count()})");
            foreach (var violation in promise.Take(Shown))
                text.AppendLine(CultureInfo.InvariantCulture, $"    {violation.Subject}: {violation.What}");
        }
        return text.Append(CultureInfo.InvariantCulture, $"Seed {seed}. Again: {repeat}").ToString();
    }
}
