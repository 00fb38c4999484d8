namespace CloudKick.Faults.Judging;

/// <summary>What tills were told, against what is stored.</summary>
internal static class AnswerChecks
{
    public const string Stored = "I1 a 2xx answer stands for one stored kick";
    public const string True = "I2 what a till was told stays true";
    public const string OneKeyOneKick = "I6 one idempotency key is one kick";
    public const string Accounted = "R1 every request ends in an answer, and every kick was asked for";

    public static IEnumerable<Violation> Judge(Case @case)
    {
        foreach (var answer in @case.Answers.Where(answer => answer.IsSuccess).DistinctBy(answer => (answer.KickId, answer.Text)))
        {
            var rows = @case.Rows[answer.KickId ?? ""].Count();
            if (rows != 1)
            {
                yield return new Violation(Stored, answer.KickId ?? answer.Key, $"{answer.Status} at {answer.At:HH:mm:ss.fff}, and {rows} rows");
                continue;
            }
            var row = @case.Row(answer.KickId!)!;
            if (row.TerminalId != answer.TerminalId)
                yield return new Violation(Stored, row.KickId, $"the answer was about {answer.TerminalId}, the row is about {row.TerminalId}");
            if (answer.Text is "connected" or "expired" or "cancelled" or "failed" && row.State != answer.Text)
                yield return new Violation(True, row.KickId, $"a till was told {answer.Text}, it ended as {row.State}");
            if (answer.Text is "published" or "delivered" && row.BrokerOutcome == "never_sent")
                yield return new Violation(True, row.KickId, $"a till was told {answer.Text}, and it was never sent");
        }

        foreach (var key in @case.Answers.Where(answer => answer.IsSuccess).GroupBy(answer => answer.Key, answer => answer.KickId!))
        {
            var kicks = key.Concat(@case.KicksOfKey[key.Key]).Distinct().ToArray();
            if (kicks.Length > 1)
                yield return new Violation(OneKeyOneKick, key.Key, $"stands for {string.Join(" and ", kicks)}");
        }

        var asked = @case.Asked.Select(asked => asked.Key).ToHashSet();
        foreach (var key in asked.Except(@case.Answers.Select(answer => answer.Key)))
            yield return new Violation(Accounted, key, "never got an answer");
        var known = @case.Answers.Select(answer => answer.KickId).Concat(@case.Record.Keys.Where(key => asked.Contains(key.Key)).Select(key => key.KickId)).ToHashSet();
        foreach (var row in @case.Record.Kicks.Where(row => !known.Contains(row.KickId)))
            yield return new Violation(Accounted, row.KickId, $"for {row.TerminalId}: nobody asked for it");
    }
}
