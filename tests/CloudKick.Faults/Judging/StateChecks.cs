using CloudKick.Faults.Histories;

namespace CloudKick.Faults.Judging;

/// <summary>A kick's stored life: forward only, one end, in time, one at a time.</summary>
internal static class StateChecks
{
    public const string Forward = "I2 a kick moves only forward, and its end is final";
    public const string Fenced = "I5 only the newest attempt counts";
    public const string OneOpen = "I7 one open kick per terminal";
    public const string Complete = "I8 every step has its one event";
    public const string Ends = "I9 nothing is open later than its deadline";
    public const string Tenant = "I10 a kick stays within its merchant";
    public const string TakenOver = "R2 a dead node's kicks are taken over";

    private static readonly string[] Ending = ["connected", "expired", "cancelled", "failed"];

    // The broker's and the terminal's word may come in after the session that they led to.
    private static readonly string[] MayFollowConnected = ["published", "delivered"];

    public static IEnumerable<Violation> Judge(Case @case) =>
        @case.Record.Kicks.SelectMany(row => JudgeKick(@case, row)).Concat(OverlapsPerTerminal(@case)).Concat(Orphans(@case));

    private static IEnumerable<Violation> JudgeKick(Case @case, KickRecord row)
    {
        var steps = @case.Events[row.KickId].ToArray();
        var names = Array.ConvertAll(steps, step => step.Event);
        var told = string.Join(" → ", names);

        if (names.FirstOrDefault() != "accepted" || names.Count(name => name == "accepted") != 1)
            yield return new Violation(Complete, row.KickId, $"does not begin with its acceptance: {told}");
        foreach (var step in (string[])["published", "delivered"])
        {
            if (names.Count(name => name == step) > 1)
                yield return new Violation(Complete, row.KickId, $"{step} more than once: {told}");
        }
        var ends = names.Count(Ending.Contains);
        if (ends > 1)
            yield return new Violation(Forward, row.KickId, $"ended more than once: {told}");
        if (Ending.Contains(row.State) && (ends == 0 || !names.Contains(row.State) || row.EndedAt is null))
            yield return new Violation(Complete, row.KickId, $"is {row.State} without that event: {told}");
        var end = Array.FindIndex(names, Ending.Contains);
        if (end >= 0 && names[(end + 1)..].Except(names[end] == "connected" ? MayFollowConnected : []).Any())
            yield return new Violation(Forward, row.KickId, $"went on after its end: {told}");
        if (end >= 0 && row.State != names[end])
            yield return new Violation(Forward, row.KickId, $"ended as {names[end]}, is {row.State}");

        // The newest attempt's node is the one that may say how it went.
        var attempt = steps.LastOrDefault(step => step.Event is "accepted" or "attempt");
        foreach (var outcome in steps.Where(step => step.Event == "published" && attempt is not null && step.EventId > attempt.EventId && step.Node != attempt.Node))
            yield return new Violation(Fenced, row.KickId, $"{outcome.Node} recorded an attempt of {attempt!.Node}");

        if (row.EndedAt is { } endedAt ? endedAt > row.ExpiresAt + @case.Rules.EndWithin : @case.Record.ReadAt > row.ExpiresAt + @case.Rules.EndWithin)
            yield return new Violation(Ends, row.KickId, $"deadline {row.ExpiresAt:HH:mm:ss.fff}, {(row.EndedAt is { } at ? $"ended {at:HH:mm:ss.fff}" : "still " + row.State)}");
        if (row.MerchantId != @case.Rules.MerchantId)
            yield return new Violation(Tenant, row.KickId, $"belongs to {row.MerchantId}");
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
        @case.Events[row.KickId].FirstOrDefault(step => Ending.Contains(step.Event))?.EventId ?? long.MaxValue;

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
