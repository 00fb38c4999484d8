using CloudKick.Faults.Histories;
using CloudKick.Terminal;

namespace CloudKick.Faults.Judging;

/// <summary>What the broker and the terminals saw.</summary>
internal static class DeliveryChecks
{
    public const string RowFirst = "I3 nothing is published without its row";
    public const string Whitelisted = "I3 nothing is published off the whitelist";
    public const string InTime = "I4 nothing is published after its deadline";
    public const string NotActedLate = "R3 no terminal acts on a kick that has expired";
    public const string OneSession = "I7 one session per kick";
    public const string OwnTopic = "I10 a kick goes to its terminal's topic";
    public const string NeverSent = "R1 what was never sent was not published, and what is published was";
    public const string Quota = "I11 a connection stays within the cloud's limit";

    // How long a node waits for an acknowledgement.
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan TerminalsSecond = TimeSpan.FromSeconds(1);

    public static IEnumerable<Violation> Judge(Case @case) =>
        @case.Published.SelectMany(published => JudgePublish(@case, published)).Concat(Truth(@case)).Concat(Sessions(@case)).Concat(Quotas(@case)).Concat(InFlight(@case));

    private static IEnumerable<Violation> JudgePublish(Case @case, Happening.Published published)
    {
        if (@case.Row(published.KickId) is not { } row)
        {
            yield return new Violation(RowFirst, published.KickId, $"was published to {published.Topic} and is not stored");
            yield break;
        }
        if (published.At < row.AcceptedAt)
            yield return new Violation(RowFirst, row.KickId, $"was published {published.At:HH:mm:ss.fff}, before it was taken on");
        if (published.At >= row.ExpiresAt && !@case.Rules.NetworkDelays)
            yield return new Violation(InTime, row.KickId, $"deadline {row.ExpiresAt:HH:mm:ss.fff}, published {published.At:HH:mm:ss.fff} by {published.ClientId}");
        if (published.Topic != @case.Rules.TopicPrefix + row.TerminalId)
            yield return new Violation(OwnTopic, row.KickId, $"is for {row.TerminalId} and went to {published.Topic}");
        foreach (var left in @case.LeftWhitelist[row.TerminalId])
        {
            var begun = @case.Events[row.KickId].LastOrDefault(step => step.Event is "accepted" or "attempt" && step.At <= published.At);
            if (published.At > left.At && (begun is null || begun.At > left.At || (published.At > left.At + @case.Rules.UnderWay && !@case.Rules.NetworkDelays)))
                yield return new Violation(Whitelisted, row.KickId, $"{row.TerminalId} left {left.At:HH:mm:ss.fff}, published {published.At:HH:mm:ss.fff}");
        }
    }

    // What is told of a kick, against what the broker saw.
    private static IEnumerable<Violation> Truth(Case @case)
    {
        var first = @case.Published.GroupBy(published => published.KickId).ToDictionary(kick => kick.Key, kick => kick.Min(published => published.At));
        foreach (var row in @case.Record.Kicks)
        {
            var taken = first.TryGetValue(row.KickId, out var at) ? at : (DateTimeOffset?)null;
            if (row.BrokerOutcome == "never_sent" && taken is not null)
                yield return new Violation(NeverSent, row.KickId, $"was never sent, it says, and the broker had it {taken:HH:mm:ss.fff}");
            if (@case.Rules.BrokerTellsAll && @case.Events[row.KickId].FirstOrDefault(step => step.Event == "published") is { } told && !(taken <= told.At))
                yield return new Violation(NeverSent, row.KickId, $"was published by {told.At:HH:mm:ss.fff}, it says; the broker had it {(taken is null ? "never" : $"{taken:HH:mm:ss.fff}")}");
        }
    }

    private static IEnumerable<Violation> Sessions(Case @case)
    {
        foreach (var kick in @case.Record.Sessions.GroupBy(session => session.KickId).Where(kick => kick.Count() > 1))
            yield return new Violation(OneSession, kick.Key, $"has {kick.Count()} sessions at the TAS");
        foreach (var session in @case.Record.Sessions)
        {
            if (@case.Row(session.KickId) is { } row && session.OpenedAt >= row.ExpiresAt)
                yield return new Violation(NotActedLate, row.KickId, $"deadline {row.ExpiresAt:HH:mm:ss.fff}, session {session.OpenedAt:HH:mm:ss.fff}");
        }
        foreach (var kick in @case.Terminals.OfType<TerminalEvent.SessionOpened>().GroupBy(opened => opened.KickId).Where(kick => kick.Count() > 1))
            yield return new Violation(OneSession, kick.Key, $"{kick.First().TerminalId} opened {kick.Count()} sessions for it");

        var received = @case.Terminals.OfType<TerminalEvent.KickReceived>().Where(received => received.KickId is not null)
            .GroupBy(received => received.KickId!).ToDictionary(kick => kick.Key, kick => kick.Min(received => received.At));
        foreach (var opened in @case.Terminals.OfType<TerminalEvent.SessionOpened>())
        {
            if (@case.Row(opened.KickId) is { } row && received.TryGetValue(opened.KickId, out var at) && at > row.ExpiresAt + TerminalsSecond)
                yield return new Violation(NotActedLate, row.KickId, $"deadline {row.ExpiresAt:HH:mm:ss.fff}, {opened.TerminalId} got it {at:HH:mm:ss.fff} and opened a session");
        }
    }

    private static IEnumerable<Violation> Quotas(Case @case)
    {
        if (@case.Rules.PublishesPerSecond is not (> 0 and var limit) || !@case.Rules.BrokerTellsAll)
            yield break;
        foreach (var connection in @case.Published.Where(published => !published.IsOverHttps).GroupBy(published => published.ClientId))
        {
            var moments = connection.Select(published => published.At).Order().ToArray();
            var worst = Enumerable.Range(0, Math.Max(0, moments.Length - limit)).Where(i => moments[i + limit] - moments[i] < TimeSpan.FromSeconds(1)).ToArray();
            if (worst.Length > 0)
                yield return new Violation(Quota, connection.Key, $"more than {limit} publishes within a second of {moments[worst[0]]:HH:mm:ss.fff}");
        }
    }

    // While the broker acknowledges nothing, what it has taken from a connection is what that has in flight; until the connection is
    // given up for it, and another one of the same name begins anew.
    private static IEnumerable<Violation> InFlight(Case @case)
    {
        var (until, taken) = (DateTimeOffset.MinValue, new Dictionary<string, int>());
        foreach (var happening in @case.Happenings)
        {
            if (happening is Happening.Acknowledges acknowledges)
            {
                until = acknowledges.Now ? DateTimeOffset.MinValue : acknowledges.At + GivenUpAfter;
                taken.Clear();
            }
            else if (happening is Happening.Published { IsOverHttps: false } published && published.At < until)
            {
                var count = taken[published.ClientId] = taken.GetValueOrDefault(published.ClientId) + 1;
                if (count == @case.Rules.MaximumInFlight + 1)
                    yield return new Violation(Quota, published.ClientId, $"more than {@case.Rules.MaximumInFlight} in flight {published.At:HH:mm:ss.fff}");
            }
        }
    }
}
