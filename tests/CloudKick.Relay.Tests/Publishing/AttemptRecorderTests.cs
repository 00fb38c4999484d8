using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Database;
using CloudKick.Relay.Tests.Terminals;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>What is written of an attempt, beside the session of the very terminal that it was for.</summary>
[CancelAfter(60_000)]
internal sealed class AttemptRecorderTests
{
    private const string Terminal = "NL000123";

    // The first thing that a terminal's session does with its kick.
    private const string LockOpenKick = "select from open_kicks where terminal_id = @terminal for update";

    private Shop _shop = null!;
    private AttemptRecorder _recorder = null!;
    private KickAttempt _attempt = null!;

    [SetUp]
    public async Task Kick()
    {
        _shop = await Shop.OpenAsync();
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, CancellationToken.None);
        _attempt = TransportUnderTest.Attempt(terminal: Terminal) with { Kick = kick };
        // The node whose lease it is.
        _recorder = new AttemptRecorder(
            new KickConnections(_shop.Database.Service, _shop.Database.Service), new NodeIdentity("test"), Options.Create(new DatabaseOptions()), Options.Create(new KickOptions()), TimeProvider.System,
            NullLogger<AttemptRecorder>.Instance);
        await _recorder.StartAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task Close()
    {
        await _recorder.StopAsync(CancellationToken.None);
        _recorder.Dispose();
        await _shop.DisposeAsync();
    }

    [Test]
    public async Task A_delivered_kick_has_its_answer_before_its_acknowledgement(CancellationToken cancellationToken)
    {
        await _recorder.RecordAsync(_attempt, new AttemptResult(AttemptOutcome.Delivered));

        Assert.That(await EventsAsync(cancellationToken, "event || ' ' || node"), Is.EqualTo(new[] { "accepted test", "delivered test", "published test" }));
        Assert.That(await StateAsync(cancellationToken), Is.EqualTo("delivered"));
    }

    // The session locks the open kick and then the kick. Who locks them the other way round waits for the session while it waits for him.
    [TestCase(AttemptOutcome.Delivered)]
    [TestCase(AttemptOutcome.Acknowledged)]
    [TestCase(AttemptOutcome.Unknown)]
    [TestCase(AttemptOutcome.Refused)]
    public async Task A_session_that_comes_at_the_same_moment_is_never_waited_for_while_it_waits(AttemptOutcome outcome, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_shop.Database.SuperuserConnectionString);
        await using var session = await superuser.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await session.ExecuteAsync(LockOpenKick, new { terminal = Terminal }, transaction);

        var recording = _recorder.RecordAsync(_attempt, new AttemptResult(outcome));
        // An acknowledgement of a first attempt needs the kick alone, and waits for nobody.
        if (outcome is AttemptOutcome.Acknowledged)
            await recording.WaitAsync(cancellationToken);
        else
            await Crosswise.WaitForWaiterAsync(_shop, cancellationToken);

        Assert.That(
            async () => await session.ExecuteAsync("select from kicks where kick_id = @kick for update nowait", new { kick = _attempt.Kick.Value }, transaction),
            Throws.Nothing, "the recorder waits for the session and has locked what the session needs next");
        var verdict = await session.QuerySingleAsync<string>(
            "select verdict from open_tas_session(@id, @terminal, @kick, 'test', 'remote')",
            new { id = Guid.NewGuid(), terminal = Terminal, kick = _attempt.Kick.Value }, transaction);
        await transaction.CommitAsync(cancellationToken);
        await recording.WaitAsync(cancellationToken);

        Assert.That(verdict, Is.EqualTo("admitted"));
        Assert.That(await StateAsync(cancellationToken), Is.EqualTo("connected"));
    }

    [Test]
    public async Task An_answer_that_waited_for_the_session_is_written_after_it(CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(_shop.Database.SuperuserConnectionString);
        await using var session = await superuser.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await session.ExecuteAsync(LockOpenKick, new { terminal = Terminal }, transaction);
        var recording = _recorder.RecordAsync(_attempt, new AttemptResult(AttemptOutcome.Delivered));
        await Crosswise.WaitForWaiterAsync(_shop, cancellationToken);

        await session.ExecuteAsync(
            "select from open_tas_session(@id, @terminal, @kick, 'test', 'remote')",
            new { id = Guid.NewGuid(), terminal = Terminal, kick = _attempt.Kick.Value }, transaction);
        await transaction.CommitAsync(cancellationToken);
        await recording.WaitAsync(cancellationToken);

        Assert.That(await EventsAsync(cancellationToken), Is.EqualTo(new[] { "accepted", "connected", "delivered", "published" }));
        Assert.That(await StateAsync(cancellationToken), Is.EqualTo("connected"));
    }

    private Task<string?> StateAsync(CancellationToken cancellationToken) => _shop.Tenants.QuerySingleOrDefaultAsync<string>(
        Tenant.Platform, "select state from kicks where kick_id = @kick", new { kick = _attempt.Kick.Value }, cancellationToken);

    private async Task<IReadOnlyList<string>> EventsAsync(CancellationToken cancellationToken, string columns = "event") => await _shop.Tenants.QueryAsync<string>(
        Tenant.Platform, $"select {columns} from kick_events where kick_id = @kick order by at, event_id", new { kick = _attempt.Kick.Value }, cancellationToken);
}
