using System.Net;
using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasAdmissionTests : TasFixture
{
    [Test]
    public async Task Terminal_that_says_who_it_is_gets_its_session(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        var arrival = await Gate.NextArrivalAsync(cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        Assert.That(arrival.TerminalId, Is.EqualTo("NL000123"));
        Assert.That(arrival.KickId, Is.EqualTo("kck_01"));
        Assert.That(((IPEndPoint)arrival.RemoteEndPoint!).Address, Is.EqualTo(IPAddress.Loopback));
        Assert.That(server.Sessions.TryGet("NL000123", out var session), Is.True);
        Assert.That(session!.Id, Is.EqualTo(arrival.SessionId));
        Assert.That(server.Sessions.Snapshot(), Is.EqualTo((TasSession[])[session]));
    }

    [Test]
    public async Task Request_is_GetStatus_with_a_numeric_id(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken);

        var request = await terminal.ReceiveAsync(cancellationToken);

        Assert.That(request.Header.RequestType, Is.EqualTo("GetStatus"));
        Assert.That(request.Header.WorkstationId, Is.EqualTo("CLOUDKICK"));
        Assert.That(request.Header.RequestId, Does.Match("^[0-9]{1,9}$"));
        Assert.That(request.PosData!.TimeStamp, Is.Not.Null);
    }

    [Test]
    public async Task Firmware_that_names_no_kick_arrives_without_one(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);

        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).KickId, Is.Null);
    }

    [Test]
    public async Task Terminal_that_is_not_ready_still_says_who_it_is(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        var request = await terminal.ReceiveAsync(cancellationToken);

        await terminal.SendAsync(RawTerminal.Status(request.Header, "NL000123") with { OverallResult = OpiResult.LoggedOut }, cancellationToken);

        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).TerminalId, Is.EqualTo("NL000123"));
    }

    [TestCase(TasRefusal.UnknownTerminal)]
    [TestCase(TasRefusal.NoOpenKick)]
    [TestCase(TasRefusal.KickExpired)]
    [TestCase(TasRefusal.KickAlreadyUsed)]
    [TestCase(TasRefusal.Unavailable)]
    public async Task Refused_terminal_is_closed_and_has_no_session(TasRefusal refusal, CancellationToken cancellationToken)
    {
        Gate.Decide = (_, _) => ValueTask.FromResult(TasAdmission.Refused(refusal));
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That(server.Sessions.Count, Is.Zero);
        Assert.That(Gate.Told, Is.Empty, "there was no session to end");
    }

    [Test]
    public async Task Gate_that_fails_lets_nobody_in_and_is_told_that_it_failed(CancellationToken cancellationToken)
    {
        Gate.Decide = (_, _) => throw new InvalidOperationException("no database");
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);
        var (session, reason) = await Gate.NextEndAsync(cancellationToken);

        Assert.That(reason, Is.EqualTo(TasCloseReason.AdmissionFailed));
        Assert.That(session.TerminalId, Is.EqualTo("NL000123"));
        Assert.That(server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task Strangers_id_that_may_be_a_card_number_is_not_logged_when_the_gate_fails(CancellationToken cancellationToken)
    {
        const string cardNumber = "4111111111111111";
        Gate.Decide = (_, _) => throw new InvalidOperationException("no database");
        Gate.WhenClosed = () => throw new InvalidOperationException("no database either");
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, cardNumber, "kck_01", cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);
        await Eventually.HoldsAsync(() => Logs.All.Any(record => record.EventId.Name == nameof(TasLog.ClosingNotNoted)), cancellationToken);

        Assert.That(Logs.All.Select(record => $"{record.Message} {record.Details}"), Has.None.Contains(cardNumber));
        Assert.That(Logs.All.Where(record => record.EventId.Name is nameof(TasLog.AdmissionFailed) or nameof(TasLog.ClosingNotNoted)).Select(record => record.Message),
            Has.Exactly(2).Items.And.All.Contains("(not shown)"));
    }

    [Test]
    public async Task Gate_that_takes_too_long_lets_nobody_in(CancellationToken cancellationToken)
    {
        Gate.Decide = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return TasAdmission.Admitted;
        };
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);

        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken);
        await Gate.NextArrivalAsync(cancellationToken);
        clock.Advance(Options.GateTimeout);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.AdmissionFailed));
    }

    [Test]
    public async Task Gate_that_cannot_note_an_end_does_not_keep_the_session(CancellationToken cancellationToken)
    {
        Gate.WhenClosed = () => throw new InvalidOperationException("no database");
        var server = await StartAsync(cancellationToken);

        using (await RawTerminal.ArriveAsync(server.Port, "NL000123", "kck_01", cancellationToken))
            await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ByTerminal));
        Assert.That(server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task Answers_to_other_requests_and_unasked_messages_are_passed_over(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        var request = await terminal.ReceiveAsync(cancellationToken);

        await terminal.SendAsync(new byte[4], cancellationToken);
        await terminal.SendAsync(Frames.Of("""<DeviceRequest WorkstationID="1" RequestID="1.1" RequestType="Output"/>"""), cancellationToken);
        await terminal.SendAsync(new ServiceRequest(request.Header), cancellationToken);
        await terminal.SendAsync(RawTerminal.Status(request.Header with { RequestId = "999" }, "WRONG"), cancellationToken);
        await terminal.SendAsync(RawTerminal.Status(request.Header with { RequestType = "GetInfo" }, "WRONG"), cancellationToken);
        await terminal.SendAsync(RawTerminal.Status(request.Header, "NL000123"), cancellationToken);

        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).TerminalId, Is.EqualTo("NL000123"));
    }

    [Test]
    public async Task Terminal_id_on_the_root_will_do(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        var request = await terminal.ReceiveAsync(cancellationToken);

        await terminal.SendAsync(new ServiceResponse(request.Header with { TerminalId = "NL000123" }, OpiResult.Success), cancellationToken);

        Assert.That((await Gate.NextArrivalAsync(cancellationToken)).TerminalId, Is.EqualTo("NL000123"));
    }

    [TestCase(null, null)]
    [TestCase("", null)]
    [TestCase("a/b", null)]
    [TestCase("12345678901234567", null)]
    [TestCase("NL000123", "kck 01")]
    [TestCase("NL000123", "kck_01\r\nforged log line")]
    public async Task Bad_terminal_or_kick_id_is_closed_and_not_shown_to_the_gate(string? terminalId, string? kickId, CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);

        using var terminal = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        await terminal.AnswerStatusAsync(terminalId, kickId, cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That(Gate.Asked, Is.Empty);
    }
}
