using CloudKick.Faults.Histories;

namespace CloudKick.Faults.Judging;

/// <summary>A kick's stored life: along the graph of states, one end, in time, one at a time.</summary>
internal static class StateChecks
{
    public const string Forward = "I2 a kick moves only along the graph of states, and its end is final";
    public const string Fenced = "I5 only the newest attempt counts";
    public const string OneOpen = "I7 one open kick per terminal";
    public const string Complete = "I8 every step has its one event";
    public const string Ends = "I9 nothing is open later than its deadline";
    public const string TakenOver = "R2 a dead node's kicks are taken over";

    public static IEnumerable<Violation> Judge(Case @case) =>
        @case.Record.Kicks.SelectMany(row => JudgeKick(@case, row)).Concat(OverlapsPerTerminal(@case)).Concat(Orphans(@case));

    private static IEnumerable<Violation> JudgeKick(Case @case, KickRecord row)
    {
        var steps = @case.Events[row.KickId].ToArray();
        var told = string.Join(" → ", steps.Select(step => step.Event));

        var graph = new StateGraph();
        foreach (var step in steps)
        {
            if (graph.Take(step.Event) is { } fault)
                yield return new Violation(Forward, row.KickId, $"{fault}: {told}");
        }
        if (row.State != graph.State)
            yield return new Violation(Complete, row.KickId, $"is {row.State} by {told}");
        if (StateGraph.IsEnd(row.State) && row.EndedAt is null)
            yield return new Violation(Complete, row.KickId, $"is {row.State} and has no end");
        if (row.BrokerOutcome == "acked" != steps.Any(step => step.Event == "published"))
            yield return new Violation(Complete, row.KickId, $"the broker's outcome is {row.BrokerOutcome} by {told}");
        // What was connected when it was asked for needs no attempt.
        if (row.Attempt != graph.Attempts && (row.Attempt, graph.Attempts, graph.State) is not (0, 1, "connected"))
            yield return new Violation(Complete, row.KickId, $"is at attempt {row.Attempt} by {told}");

        foreach (var late in Stale(steps))
            yield return new Violation(Fenced, row.KickId, $"{late.Node} recorded {late.Event} of another's attempt: {told}");

        if (row.EndedAt is { } endedAt ? endedAt > row.ExpiresAt + @case.Rules.EndWithin : @case.Record.ReadAt > row.ExpiresAt + @case.Rules.EndWithin)
            yield return new Violation(Ends, row.KickId, $"deadline {row.ExpiresAt:HH:mm:ss.fff}, {(row.EndedAt is { } at ? $"ended {at:HH:mm:ss.fff}" : "still " + row.State)}");
    }

    // The newest attempt's node is the one that may say how it went.
    private static IEnumerable<EventRecord> Stale(EventRecord[] steps)
    {
        string? attempting = null;
        foreach (var step in steps)
        {
            if (step.Event is "accepted" or "attempt")
                attempting = step.Node;
            else if (step.Event is "published" or "attempt_unknown" or "attempt_not_sent" && step.Node != attempting)
                yield return step;
        }
    }

    // By the order in which the database recorded the steps, for it reads the clock a moment before it looks at what is open.
    private static IEnumerable<Violation> OverlapsPerTerminal(Case @case) =>
        from terminal in @case.Record.Kicks.GroupBy(row => row.TerminalId)
        let rows = terminal.OrderBy(row => Taken(@case, row)).ToArray()
        from pair in rows.Zip(rows.Skip(1))
        where Ended(@case, pair.First) > Taken(@case, pair.Second)
        select new Violation(
            OneOpen, terminal.Key,
            $"{pair.Second.KickId} was taken on {pair.Second.AcceptedAt:HH:mm:ss.fff} while {pair.First.KickId} was open, until {pair.First.EndedAt:HH:mm:ss.fff}");

    private static long Taken(Case @case, KickRecord row) => @case.Events[row.KickId].FirstOrDefault(step => step.Event == "accepted")?.EventId ?? 0;

    private static long Ended(Case @case, KickRecord row) =>
        @case.Events[row.KickId].FirstOrDefault(step => StateGraph.IsEnd(step.Event))?.EventId ?? long.MaxValue;

    private static IEnumerable<Violation> Orphans(Case @case) =>
        from killed in @case.Happenings.OfType<Happening.NodeKilled>()
        from row in @case.Record.Kicks
        let before = @case.Events[row.KickId].LastOrDefault(step => step.At < killed.At)
        where before is { Event: "accepted" or "attempt" } && Belongs(before.Node, killed.Node)
        let due = killed.At + @case.Rules.TakeOverWithin
        where row.ExpiresAt - TimeSpan.FromSeconds(1) > due && @case.Record.ReadAt > due
        let after = @case.Events[row.KickId].FirstOrDefault(step => step.At >= killed.At)
        where after is null || after.At > due
        select new Violation(TakenOver, row.KickId, $"of {before.Node}, killed {killed.At:HH:mm:ss.fff}; next: {(after is null ? "nothing" : $"{after.Event} {after.At:HH:mm:ss.fff}")}");

    // A node's full name is what it was given and a random suffix.
    private static bool Belongs(string? node, string name) => node?.StartsWith(name + "-", StringComparison.Ordinal) ?? false;
}
