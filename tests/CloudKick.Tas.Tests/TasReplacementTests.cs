using CloudKick.Testing;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasReplacementTests : TasFixture
{
    [Test]
    public async Task Newer_session_of_a_terminal_replaces_the_older(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var older = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        var first = await Gate.NextArrivalAsync(cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        using var newer = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_02", cancellationToken);
        await older.WaitForCloseAsync(cancellationToken);
        var (session, reason) = await Gate.NextEndAsync(cancellationToken);

        Assert.That(session.Id, Is.EqualTo(first.SessionId));
        Assert.That(reason, Is.EqualTo(TasCloseReason.Replaced));
        Assert.That(server.Sessions.Snapshot().Select(s => s.KickId), Is.EqualTo((string[])["kck_02"]));
    }

    [Test]
    public async Task Refused_newcomer_leaves_the_session_alone(CancellationToken cancellationToken)
    {
        Gate.Decide = (arrival, _) => ValueTask.FromResult(arrival.KickId == "kck_01" ? TasAdmission.Admitted : TasAdmission.Refused(TasRefusal.NoOpenKick));
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        using var impostor = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await impostor.WaitForCloseAsync(cancellationToken);

        Assert.That(server.Sessions.Snapshot().Select(s => s.KickId), Is.EqualTo((string[])["kck_01"]));
        Assert.That(Gate.Told, Is.Empty);
    }

    [Test]
    public async Task Older_connection_that_is_admitted_late_does_not_replace_the_newer(CancellationToken cancellationToken)
    {
        var admitFirst = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gate.Decide = async (arrival, token) =>
        {
            if (arrival.KickId == "kck_01")
                await admitFirst.Task.WaitAsync(token);
            return TasAdmission.Admitted;
        };
        var server = await StartAsync(cancellationToken);
        using var older = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await Gate.NextArrivalAsync(cancellationToken);
        using var newer = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_02", cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        admitFirst.SetResult();
        await older.WaitForCloseAsync(cancellationToken);
        var (session, reason) = await Gate.NextEndAsync(cancellationToken);

        Assert.That((session.KickId, reason), Is.EqualTo(("kck_01", TasCloseReason.Replaced)));
        Assert.That(server.Sessions.TryGet("NL000123", out var live), Is.True);
        Assert.That(live!.KickId, Is.EqualTo("kck_02"));
    }

    [Test]
    public async Task Session_replaced_at_another_node_is_closed_by_its_id(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        var arrival = await Gate.NextArrivalAsync(cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        Assert.That(server.Sessions.Close(arrival.SessionId, TasCloseReason.ReplacedElsewhere), Is.True);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ReplacedElsewhere));
        Assert.That(server.Sessions.Close(arrival.SessionId, TasCloseReason.ReplacedElsewhere), Is.False, "it is gone");
    }

    [Test]
    public async Task Many_sessions_of_one_terminal_at_once_leave_one(CancellationToken cancellationToken)
    {
        const int Count = 40;
        var server = await StartAsync(cancellationToken);

        var terminals = await Task.WhenAll(Enumerable.Range(0, Count).Select(n => RawTerminal.ArriveAsync(server.Port, "NL000123", $"kck_{n}", cancellationToken)));
        for (var ended = 0; ended < Count - 1; ended++)
            Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.Replaced));

        Assert.That(server.Sessions.Count, Is.EqualTo(1));
        Assert.That(Gate.Told.Select(told => told.Session.Id).Distinct().Count(), Is.EqualTo(Count - 1), "each end is told once");
        foreach (var terminal in terminals)
            terminal.Dispose();
    }
}
