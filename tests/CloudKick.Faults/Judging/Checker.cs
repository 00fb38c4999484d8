using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Terminal;

namespace CloudKick.Faults.Judging;

/// <summary>Judges a history against the promises: never lost, never late, never doubled. Pure; knows nothing of how the run was made.</summary>
public static class Checker
{
    /// <summary>Judges a run when nothing of it is open any more.</summary>
    public static Verdict Judge(IReadOnlyList<Happening> happenings, Record record, Rules rules)
    {
        ArgumentNullException.ThrowIfNull(happenings);
        ArgumentNullException.ThrowIfNull(record);
        var @case = new Case(happenings, record, rules);
        return new Verdict([.. AnswerChecks.Judge(@case), .. StateChecks.Judge(@case), .. DeliveryChecks.Judge(@case), .. TenantChecks.Judge(@case)], Summarise(@case));
    }

    private static List<string> Summarise(Case @case)
    {
        var states = @case.Record.Kicks.CountBy(kick => kick.State == "expired" ? $"expired/{kick.BrokerOutcome}" : kick.State);
        var refused = @case.Answers.Where(answer => !answer.IsSuccess).CountBy(answer => answer.Text);
        List<string> lines =
        [
            Line($"{@case.Asked.Select(asked => asked.Key).Distinct().Count()} kicks asked for in {@case.Asked.Count} requests, {@case.Answers.Count(answer => answer.IsSuccess)} answered 2xx, {@case.Happenings.OfType<Happening.Unanswered>().Count()} not answered{Counts("; refused: ", refused)}"),
            Line($"{@case.Record.Kicks.Count} stored{Counts(": ", states)}; {@case.Record.Events.Count(step => step.Detail?.StartsWith("taken over", StringComparison.Ordinal) ?? false)} taken over"),
            Line($"{@case.Published.Count} publishes at the broker, {@case.Terminals.OfType<TerminalEvent.KickReceived>().Count()} received, {@case.Terminals.OfType<TerminalEvent.SessionOpened>().Count()} sessions; refused by terminals: {@case.Terminals.OfType<TerminalEvent.KickRefused>().Count()}"),
        ];
        var faults = @case.Happenings.Where(happening => happening is Happening.Fault or Happening.NodeKilled).ToArray();
        if (faults.Length > 0)
            lines.Add(Line($"{faults.Length} faults: {string.Join("; ", faults.Take(12).Select(Say))}{(faults.Length > 12 ? " …" : "")}"));
        return lines;

        static string Counts(string lead, IEnumerable<KeyValuePair<string, int>> counts)
        {
            var words = string.Join(", ", counts.OrderByDescending(count => count.Value).Select(count => Line($"{count.Value} {count.Key}")));
            return words.Length > 0 ? lead + words : "";
        }

        static string Say(Happening happening) => happening is Happening.NodeKilled killed ? $"{killed.Node} killed" : ((Happening.Fault)happening).What;
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
