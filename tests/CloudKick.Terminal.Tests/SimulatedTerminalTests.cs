using System.Text;
using CloudKick.Mqtt;
using CloudKick.Tas;
using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

[CancelAfter(30_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SimulatedTerminalTests
{
    private TerminalWorld _world = null!;

    [SetUp]
    public async Task StartWorld() => _world = await TerminalWorld.StartAsync(TestContext.CurrentContext.CancellationToken);

    [TearDown]
    public async Task StopWorld() => await _world.DisposeAsync();

    [Test]
    public async Task Kick_is_acknowledged_and_leads_to_a_session(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(_world.Kick(), cancellationToken);
        var (answer, json) = await _world.NextAnswerAsync(cancellationToken);
        var arrival = await _world.Gate.NextArrivalAsync(cancellationToken);
        var opened = await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);

        Assert.That(json, Is.EqualTo("""{"v":1,"kick":"kck_1","terminal":"NL000123","result":"accepted"}"""));
        Assert.That(answer.Topic, Is.EqualTo("NL-CAT/NL000123/ack"));
        Assert.That(Encoding.UTF8.GetString(answer.CorrelationData!.Value.Span), Is.EqualTo("kck_1"));
        Assert.That((arrival.TerminalId, arrival.KickId), Is.EqualTo(("NL000123", "kck_1")));
        Assert.That((opened.KickId, opened.Port), Is.EqualTo(("kck_1", _world.Tas.Port)));
        Assert.That(terminal.IsConnected && terminal.HasSession, Is.True);
        Assert.That(_world.History.Snapshot().Select(e => e.GetType().Name),
            Is.EqualTo((string[])["Connected", "KickReceived", "Acknowledged", "SessionOpened"]));
    }

    [Test]
    public async Task Terminal_subscribes_to_its_own_topic_under_each_that_is_set(CancellationToken cancellationToken)
    {
        await _world.AddAsync(_world.Options() with { SubscriptionTopics = ["NL-CAT", "BE-CAT", "X", "Y"] }, cancellationToken);

        Assert.That(((string[])["NL-CAT", "BE-CAT", "X", "Y"]).All(topic => _world.Cloud.Control.IsSubscribed("NL000123", $"{topic}/NL000123")), Is.True);
    }

    [Test]
    public async Task Kick_without_a_response_topic_is_not_acknowledged(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(Kicks.Published(_world.Kick()) with { ResponseTopic = null, CorrelationData = null }, cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);

        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.Acknowledged>(), Is.Empty);
    }

    [Test]
    public async Task Terminal_of_mqtt_3_acknowledges_beneath_the_topic_when_told_to(CancellationToken cancellationToken)
    {
        await _world.AddAsync(_world.Options() with { MqttVersion = MqttProtocolVersion.V311 }, cancellationToken);

        await _world.PublishAsync(_world.Kick(), cancellationToken);
        var (answer, json) = await _world.NextAnswerAsync(cancellationToken);

        Assert.That(answer.Topic, Is.EqualTo("NL-CAT/NL000123/ack"));
        Assert.That(json, Does.Contain("\"accepted\""));
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
    }

    [Test]
    public async Task Second_delivery_of_a_kick_is_a_duplicate_and_opens_nothing(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);
        var kick = _world.Kick();

        await _world.PublishAsync(kick, cancellationToken);
        await _world.NextAnswerAsync(cancellationToken);
        await _world.Gate.NextArrivalAsync(cancellationToken);
        await _world.PublishAsync(kick, cancellationToken);
        var (_, json) = await _world.NextAnswerAsync(cancellationToken);

        Assert.That(json, Does.Contain("\"duplicate\""));
        Assert.That(_world.Gate.Asked, Has.Count.EqualTo(1));
        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.KickRefused>().Single().Reason, Is.EqualTo(KickRefusal.Duplicate));
    }

    [Test]
    public async Task Expired_kick_is_answered_and_not_acted_on(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(_world.Kick() with { ExpiresAt = 1_000_000_000 }, cancellationToken);
        var (_, json) = await _world.NextAnswerAsync(cancellationToken);

        Assert.That(json, Does.Contain("\"expired\""));
        Assert.That(_world.Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Kick_for_another_terminal_is_answered_and_not_acted_on(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(Kicks.Published(_world.Kick(terminalId: "NL000999"), "NL-CAT/NL000123"), cancellationToken);
        var (_, json) = await _world.NextAnswerAsync(cancellationToken);

        Assert.That(json, Is.EqualTo("""{"v":1,"kick":"kck_1","terminal":"NL000123","result":"wrong-terminal"}"""));
        Assert.That(_world.Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Rubbish_on_the_topic_is_refused_and_the_next_kick_works(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(Kicks.Published(_world.Kick()) with { Payload = "rubbish"u8.ToArray() }, cancellationToken);
        await _world.PublishAsync(_world.Kick(), cancellationToken);

        Assert.That((await _world.History.WaitForAsync<TerminalEvent.KickRefused>(cancellationToken)).Reason, Is.EqualTo(KickRefusal.Malformed));
        Assert.That((await _world.Gate.NextArrivalAsync(cancellationToken)).KickId, Is.EqualTo("kck_1"));
    }

    [Test]
    public async Task New_kick_replaces_the_terminals_own_session(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);
        await _world.PublishAsync(_world.Kick("kck_1"), cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);

        await _world.PublishAsync(_world.Kick("kck_2"), cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(e => e.KickId == "kck_2", cancellationToken);

        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.SessionClosed>().Select(e => (e.KickId, e.End)),
            Is.EqualTo(((string, SessionEnd)[])[("kck_1", SessionEnd.Replaced)]));
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Snapshot() is [{ KickId: "kck_2" }], cancellationToken);
    }

    [Test]
    public async Task Lost_session_is_not_opened_again_before_the_next_kick(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);
        await _world.PublishAsync(_world.Kick("kck_1"), cancellationToken);
        var arrival = await _world.Gate.NextArrivalAsync(cancellationToken);
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Count == 1, cancellationToken);

        _world.Tas.Sessions.Close(arrival.SessionId, TasCloseReason.ReplacedElsewhere);
        var closed = await _world.History.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken);

        Assert.That(closed.End, Is.EqualTo(SessionEnd.ByTas));
        Assert.That(terminal.HasSession, Is.False);
        await _world.PublishAsync(_world.Kick("kck_2"), cancellationToken);
        Assert.That((await _world.Gate.NextArrivalAsync(cancellationToken)).KickId, Is.EqualTo("kck_2"), "nothing came in between");
    }

    [Test]
    public async Task Refused_terminal_is_closed_and_waits_for_the_next_kick(CancellationToken cancellationToken)
    {
        _world.Gate.Decide = (_, _) => ValueTask.FromResult(TasAdmission.Refused(TasRefusal.KickExpired));
        var terminal = await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        await _world.PublishAsync(_world.Kick(), cancellationToken);

        Assert.That((await _world.History.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken)).End, Is.EqualTo(SessionEnd.ByTas));
        Assert.That(terminal.HasSession, Is.False);
    }

    [Test]
    public async Task Terminal_comes_back_to_the_cloud_by_itself_and_takes_kicks_again(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);

        Assert.That(_world.Cloud.Control.Cut("NL000123"), Is.True);
        await _world.History.WaitForAsync<TerminalEvent.Disconnected>(cancellationToken);
        await Eventually.HoldsAsync(() => _world.History.Snapshot().OfType<TerminalEvent.Connected>().Count() == 2, cancellationToken);
        await _world.PublishAsync(_world.Kick(), cancellationToken);

        Assert.That((await _world.Gate.NextArrivalAsync(cancellationToken)).KickId, Is.EqualTo("kck_1"));
    }

    [Test]
    public async Task Session_outlives_the_loss_of_the_cloud(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);
        await _world.PublishAsync(_world.Kick(), cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);

        _world.Cloud.Control.Cut("NL000123");
        await _world.History.WaitForAsync<TerminalEvent.Disconnected>(cancellationToken);

        Assert.That(terminal.HasSession, Is.True);
    }

    [Test]
    public async Task Stopped_terminal_closes_its_session_and_leaves_the_cloud_in_order(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Normal, cancellationToken);
        await _world.PublishAsync(_world.Kick(), cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.SessionOpened>(cancellationToken);
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Count == 1, cancellationToken);

        await terminal.DisposeAsync();

        Assert.That((await _world.Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ByTerminal));
        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.SessionClosed>().Single().End, Is.EqualTo(SessionEnd.Stopped));
        await _world.Cloud.Control.WaitForDisconnectedAsync("NL000123", cancellationToken);
    }

    [Test]
    public void Terminal_the_cloud_does_not_know_fails_with_the_cause(CancellationToken cancellationToken)
    {
        var options = _world.Options("NL000123") with { TerminalId = "NL000999" };

        Assert.That(() => _world.AddAsync(options, cancellationToken), Throws.InstanceOf<MqttException>());
    }

    [Test]
    public async Task Kicks_beyond_those_that_can_wait_are_refused(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await _world.AddAsync(TerminalBehaviour.Slow, cancellationToken, clock);

        for (var n = 0; n < 40; n++)
            await _world.PublishAsync(_world.Kick($"kck_{n}"), cancellationToken);

        Assert.That((await _world.History.WaitForAsync<TerminalEvent.KickRefused>(cancellationToken)).Reason, Is.EqualTo(KickRefusal.Overloaded));
    }
}
