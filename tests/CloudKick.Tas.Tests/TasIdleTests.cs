using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasIdleTests : TasFixture
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task Quiet_terminal_is_asked_every_minute_and_kept_while_it_answers(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, timeProvider: _clock);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        var ids = new List<string>();

        for (var minute = 0; minute < 3; minute++)
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60), cancellationToken);
            _clock.Advance(TimeSpan.FromSeconds(60));
            ids.Add((await terminal.AnswerStatusAsync("NL000123", null, cancellationToken)).RequestId);
        }

        Assert.That(ids, Is.Unique);
        Assert.That(server.Sessions.Count, Is.EqualTo(1));
        Assert.That(Gate.Asked, Has.Count.EqualTo(1), "an answer within a session is no arrival");
    }

    [Test]
    public async Task Terminal_that_does_not_answer_in_time_is_silent(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, timeProvider: _clock);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await terminal.ReceiveAsync(cancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.Silent));
        Assert.That(server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task Sign_of_life_starts_the_minute_anew(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, timeProvider: _clock);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(59));

        await terminal.SendAsync(new ServiceRequest(new OpiHeader { RequestType = "Event", WorkstationId = "1", RequestId = "1" }), cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.That((await terminal.ReceiveAsync(cancellationToken)).Header.RequestType, Is.EqualTo("GetStatus"));
        Assert.That(server.Sessions.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Terminal_that_becomes_another_is_closed(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken, timeProvider: _clock);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(60));

        await terminal.AnswerStatusAsync("NL000124", null, cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ProtocolError));
    }

    [Test]
    public async Task Terminal_that_closes_ends_its_session(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        terminal.Dispose();
        var (session, reason) = await Gate.NextEndAsync(cancellationToken);

        Assert.That((session.TerminalId, session.KickId, reason), Is.EqualTo(("NL000123", "kck_01", TasCloseReason.ByTerminal)));
        Assert.That(server.Sessions.Count, Is.Zero);
    }
}
