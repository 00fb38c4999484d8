using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Tests.Database;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Tas;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Sessions;

[CancelAfter(120_000)]
internal sealed class SessionGateTests
{
    private static readonly TasAdmission UnknownTerminal = TasAdmission.Refused(TasRefusal.UnknownTerminal);
    private static readonly TasAdmission NoOpenKick = TasAdmission.Refused(TasRefusal.NoOpenKick);
    private static readonly TasAdmission Unavailable = TasAdmission.Refused(TasRefusal.Unavailable);

    private Shop _shop = null!;
    private Node _node = null!;

    [SetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _node = await Node.StartAsync(_shop, CancellationToken.None);
    }

    [TearDown]
    public async Task CloseShop()
    {
        await _node.DisposeAsync();
        await _shop.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false, Description = "firmware that does not tell which kick it follows")]
    public async Task A_terminal_that_follows_its_kick_is_admitted_and_the_kick_connected(bool named, CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);

        var arrival = Node.Arrival("T1", named ? kick.ToString() : null);
        var admission = await _node.Gate.AdmitAsync(arrival, cancellationToken);

        Assert.That(admission, Is.EqualTo(TasAdmission.Admitted));
        Assert.That(await _shop.ReasonAsync(arrival.SessionId, cancellationToken), Is.EqualTo("live"));
        Assert.That(await StateAsync(kick, cancellationToken), Is.EqualTo("connected"));
    }

    [Test]
    public async Task A_kick_is_good_for_one_session(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);

        await _node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), cancellationToken);
        var second = await _node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), cancellationToken);
        var unnamed = await _node.Gate.AdmitAsync(Node.Arrival("T1", null), cancellationToken);

        Assert.That(second, Is.EqualTo(TasAdmission.Refused(TasRefusal.KickAlreadyUsed)));
        Assert.That(unnamed, Is.EqualTo(NoOpenKick));
    }

    [Test]
    public async Task Terminals_that_nobody_has_or_nobody_kicked_are_refused(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("IDLE", _shop.Bakery, cancellationToken);
        await _shop.AddTerminalAsync("NOBODYS", null, cancellationToken);

        Assert.That(await _node.Gate.AdmitAsync(Node.Arrival("UNKNOWN", null), cancellationToken), Is.EqualTo(UnknownTerminal));
        Assert.That(await _node.Gate.AdmitAsync(Node.Arrival("NOBODYS", null), cancellationToken), Is.EqualTo(UnknownTerminal));
        Assert.That(await _node.Gate.AdmitAsync(Node.Arrival("IDLE", null), cancellationToken), Is.EqualTo(NoOpenKick));
    }

    [Test]
    public async Task Another_terminals_kick_is_no_ticket(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await _shop.AddTerminalAsync("T2", _shop.Bakery, cancellationToken);

        var admission = await _node.Gate.AdmitAsync(Node.Arrival("T2", kick.ToString()), cancellationToken);

        Assert.That(admission, Is.EqualTo(NoOpenKick));
        Assert.That(await StateAsync(kick, cancellationToken), Is.EqualTo("accepted"));
    }

    [TestCase("kck_")]
    [TestCase("nonsense")]
    [TestCase("kck_ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    public async Task A_kick_id_that_is_none_does_not_pass_for_an_unnamed_kick(string kickId, CancellationToken cancellationToken)
    {
        await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);

        var admission = await _node.Gate.AdmitAsync(Node.Arrival("T1", kickId), cancellationToken);

        Assert.That(admission, Is.EqualTo(NoOpenKick));
    }

    [Test]
    public async Task A_kick_that_was_cancelled_is_refused(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await _shop.Tenants.QueryAsync<string>(
            Relay.Database.Tenant.Platform, "select state from cancel_kick(@merchant, @kick, 'test')",
            new { merchant = _shop.Bakery.Value, kick = kick.Value }, cancellationToken);

        var admission = await _node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), cancellationToken);

        Assert.That(admission, Is.EqualTo(TasAdmission.Refused(TasRefusal.KickExpired)));
    }

    [Test]
    public async Task A_session_that_an_attempt_without_an_answer_opened_is_admitted(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        var arrival = Node.Arrival("T1", kick.ToString());
        await _node.Store.OpenAsync(arrival.SessionId.Value, "T1", kick.Value, _node.Identity.Name, "remote", cancellationToken);

        var admission = await _node.Gate.AdmitAsync(arrival, cancellationToken);

        Assert.That(admission, Is.EqualTo(TasAdmission.Admitted));
    }

    [Test]
    public async Task A_short_outage_of_the_database_is_waited_out(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        Task<TasAdmission> admitting;
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
            admitting = _node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), cancellationToken).AsTask();

        Assert.That(await admitting, Is.EqualTo(TasAdmission.Admitted));
    }

    [Test]
    public async Task A_terminal_whose_admission_is_chosen_as_a_deadlocks_victim_is_admitted_all_the_same(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var terminal = $"T{attempt}";
            var kick = await _shop.AddKickedTerminalAsync(terminal, _shop.Bakery, cancellationToken);
            var admission = TasAdmission.Refused(TasRefusal.Unavailable);

            var wasVictim = await Crosswise.MeetAsync(
                _shop,
                "select from kicks where kick_id = @kick for update",
                "select from open_kicks where kick_id = @kick for update",
                new { kick = kick.Value },
                async () => admission = await _node.Gate.AdmitAsync(Node.Arrival(terminal, kick.ToString()), cancellationToken),
                cancellationToken);

            Assert.That(admission, Is.EqualTo(TasAdmission.Admitted));
            Assert.That(await StateAsync(kick, cancellationToken), Is.EqualTo("connected"));
            // On a very busy machine it may have been the other transaction, and then it proves nothing.
            if (wasVictim)
                return;
        }
    }

    [Test]
    public async Task A_long_outage_refuses_the_terminal_for_now(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await using var outage = await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken);

        var admission = await _node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), deadline.Token);

        Assert.That(admission, Is.EqualTo(Unavailable));
    }

    [Test]
    public async Task A_node_that_the_others_do_not_hear_admits_nobody(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        var clock = new ManualTimeProvider();
        await using var node = await Node.StartAsync(_shop, cancellationToken, clock: clock);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
        {
            clock.Advance(new NodeOptions().Timeout);
            Assert.That(node.Heartbeat.IsAlive, Is.False);
            Assert.That(await node.Gate.AdmitAsync(Node.Arrival("T1", kick.ToString()), deadline.Token), Is.EqualTo(Unavailable));
        }
    }

    [Test]
    public async Task A_terminal_that_comes_before_the_others_hear_the_node_again_is_admitted_when_they_do(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        var clock = new ManualTimeProvider();
        var options = new NodeOptions { Heartbeat = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(5) };
        await using var node = await Node.StartAsync(_shop, cancellationToken, options, clock);
        await clock.WaitForTimerAsync(options.Heartbeat, cancellationToken);
        clock.Advance(options.Timeout);
        Assert.That(node.Heartbeat.IsAlive, Is.False);

        var arrival = Node.Arrival("T1", kick.ToString());
        var admitting = node.Gate.AdmitAsync(arrival, cancellationToken).AsTask();
        Assert.That(admitting.IsCompleted, Is.False);
        clock.Advance(options.Heartbeat - options.Timeout);

        Assert.That(await admitting, Is.EqualTo(TasAdmission.Admitted));
        Assert.That(await _shop.ReasonAsync(arrival.SessionId, cancellationToken), Is.EqualTo("live"));
    }

    [TestCase(TasCloseReason.ByTerminal, "by_terminal")]
    [TestCase(TasCloseReason.Lost, "lost")]
    [TestCase(TasCloseReason.Silent, "silent")]
    [TestCase(TasCloseReason.NodeStopping, "node_stopped")]
    public async Task The_end_of_a_session_is_recorded(TasCloseReason reason, string expected, CancellationToken cancellationToken)
    {
        var session = await OpenAsync("T1", cancellationToken);

        await _node.Gate.ClosedAsync(session, reason, cancellationToken);

        Assert.That(await _shop.ClosedAsync(session.Id, cancellationToken), Is.EqualTo(expected));
    }

    [Test]
    public async Task The_end_of_a_session_is_recorded_after_an_outage(CancellationToken cancellationToken)
    {
        var session = await OpenAsync("T1", cancellationToken);
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
            await _node.Gate.ClosedAsync(session, TasCloseReason.Lost, cancellationToken);

        Assert.That(await _shop.ClosedAsync(session.Id, cancellationToken), Is.EqualTo("lost"));
    }

    [Test]
    public async Task The_end_of_a_session_is_recorded_while_the_node_stops(CancellationToken cancellationToken)
    {
        var session = await OpenAsync("T1", cancellationToken);

        await _node.Gate.ClosedAsync(session, TasCloseReason.ByTerminal, cancellationToken);
        await _node.StopAsync();

        Assert.That(await _shop.ReasonAsync(session.Id, cancellationToken), Is.EqualTo("by_terminal"));
    }

    private async Task<TasSession> OpenAsync(string terminalId, CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync(terminalId, _shop.Bakery, cancellationToken);
        var arrival = Node.Arrival(terminalId, kick.ToString());
        Assert.That(await _node.Gate.AdmitAsync(arrival, cancellationToken), Is.EqualTo(TasAdmission.Admitted));
        return Node.SessionOf(arrival);
    }

    private Task<string?> StateAsync(KickId kick, CancellationToken cancellationToken) =>
        _shop.Tenants.QuerySingleOrDefaultAsync<string>(
            Relay.Database.Tenant.Platform, "select state from kicks where kick_id = @id", new { id = kick.Value }, cancellationToken);
}
