namespace CloudKick.Faults.Judging;

/// <summary>What tills were told, against what is stored.</summary>
internal static class AnswerChecks
{
    public const string Stored = "I1 a 2xx answer stands for one stored kick";
    public const string True = "I2 what a till was told stays true";
    public const string OneKeyOneKick = "I6 one idempotency key is one kick";
    public const string NoFault = "R4 no request meets a fault of the relay";
    public const string Accounted = "R1 every request ends in a kick, and every kick was asked for";

    private const int InternalServerError = 500;

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

        // Each of them, not the last alone: a till that repeats gets beyond it, its owner reads "The relay failed" all the same.
        foreach (var fault in @case.Answers.Where(answer => answer.Status == InternalServerError && !@case.Rules.ToleratedFaults.Contains(answer.Text)))
            yield return new Violation(NoFault, fault.Key, $"for {fault.TerminalId}: answered {fault.Status} {fault.Text} at {fault.At:HH:mm:ss.fff}");

        foreach (var key in @case.Answers.Where(answer => answer.IsSuccess).GroupBy(answer => Key(@case, answer.TerminalId, answer.Key), answer => answer.KickId!))
        {
            var kicks = key.Concat(@case.KicksOfKey[key.Key]).Distinct().ToArray();
            if (kicks.Length > 1)
                yield return new Violation(OneKeyOneKick, key.Key.Key, $"stands for {string.Join(" and ", kicks)}");
        }

        // In the order of taking note: a till that is refused asks again, until it has its kick.
        var asked = @case.Asked.Select(asked => Key(@case, asked.TerminalId, asked.Key)).ToHashSet();
        var lastWords = @case.Answers.GroupBy(answer => Key(@case, answer.TerminalId, answer.Key)).ToDictionary(key => key.Key, key => key.Last());
        foreach (var key in asked)
        {
            if (!lastWords.TryGetValue(key, out var last))
                yield return new Violation(Accounted, key.Key, "never got an answer");
            else if (!last.IsSuccess && !@case.Rules.FinalRefusals.Contains(last.Text))
                yield return new Violation(Accounted, key.Key, $"for {last.TerminalId}: the last answer was {last.Status} {last.Text} at {last.At:HH:mm:ss.fff}");
        }

        var known = @case.Answers.Select(answer => answer.KickId)
            .Concat(@case.Record.Keys.Where(key => asked.Contains((key.MerchantId, key.Key))).Select(key => key.KickId)).ToHashSet();
        foreach (var row in @case.Record.Kicks.Where(row => !known.Contains(row.KickId)))
            yield return new Violation(Accounted, row.KickId, $"for {row.TerminalId}: nobody asked for it");
    }

    private static (Guid? Merchant, string Key) Key(Case @case, string terminalId, string key) => (@case.Owner(terminalId), key);
}
