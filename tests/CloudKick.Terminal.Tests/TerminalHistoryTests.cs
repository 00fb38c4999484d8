namespace CloudKick.Terminal.Tests;

[CancelAfter(10_000)]
internal sealed class TerminalHistoryTests
{
    [Test]
    public async Task Event_that_came_and_event_to_come_are_both_found(CancellationToken cancellationToken)
    {
        var history = new TerminalHistory();
        history.Add(Connected("T1"));
        var later = history.WaitForAsync<TerminalEvent.Connected>(e => e.TerminalId == "T2", cancellationToken);

        Assert.That(await history.WaitForAsync<TerminalEvent.Connected>(cancellationToken), Is.EqualTo(Connected("T1")));
        Assert.That(later.IsCompleted, Is.False);
        history.Add(Connected("T2"));
        Assert.That(await later, Is.EqualTo(Connected("T2")));
        Assert.That(history.Snapshot(), Is.EqualTo((TerminalEvent[])[Connected("T1"), Connected("T2")]));
    }

    [Test]
    public void Oldest_events_go_when_it_is_full()
    {
        var history = new TerminalHistory(capacity: 2);
        foreach (var id in (string[])["T1", "T2", "T3"])
            history.Add(Connected(id));

        Assert.That(history.Snapshot().Select(e => e.TerminalId), Is.EqualTo((string[])["T2", "T3"]));
    }

    private static TerminalEvent.Connected Connected(string terminalId) => new(terminalId, DateTimeOffset.UnixEpoch);
}
