using CloudKick.Tas;
using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

/// <summary>Each behaviour that can be ordered, against a real cloud and a real TAS.</summary>
[CancelAfter(30_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TerminalBehaviourTests
{
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private TerminalWorld _world = null!;

    [SetUp]
    public async Task StartWorld() => _world = await TerminalWorld.StartAsync(TestContext.CurrentContext.CancellationToken);

    [TearDown]
    public async Task StopWorld() => await _world.DisposeAsync();

    [Test]
    public async Task Offline_terminal_never_connects(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Offline, cancellationToken);

        Assert.That(terminal.IsConnected, Is.False);
        Assert.That(_world.Cloud.Control.ConnectedClientIds, Does.Not.Contain("NL000123"));
        Assert.That(_world.History.Snapshot(), Is.Empty);
    }

    [Test]
    public async Task Slow_terminal_acts_after_its_delay(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Slow, cancellationToken, _clock);

        await _world.PublishAsync(_world.Kick(clock: _clock), cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5), cancellationToken);
        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.SessionOpened>(), Is.Empty);
        Assert.That(_world.HasAnswer, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.That((await _world.Gate.NextArrivalAsync(cancellationToken)).KickId, Is.EqualTo("kck_1"));
    }

    [Test]
    public async Task Slow_terminal_refuses_a_kick_that_expires_meanwhile(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.Slow, cancellationToken, _clock);

        await _world.PublishAsync(_world.Kick(clock: _clock) with { ExpiresAt = _clock.GetUtcNow().ToUnixTimeSeconds() + 3 }, cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5), cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.That((await _world.NextAnswerAsync(cancellationToken)).Json, Does.Contain("\"expired\""));
        Assert.That(_world.Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Deaf_terminal_hears_a_kick_and_does_nothing(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddAsync(TerminalBehaviour.Deaf, cancellationToken);

        await _world.PublishAsync(_world.Kick("kck_1"), cancellationToken);
        await _world.PublishAsync(_world.Kick("kck_2"), cancellationToken);
        await _world.History.WaitForAsync<TerminalEvent.KickReceived>(e => e.KickId == "kck_2", cancellationToken);
        await terminal.DisposeAsync();

        Assert.That(_world.History.Snapshot().Select(e => e.GetType().Name), Is.EqualTo((string[])["Connected", "KickReceived", "KickReceived", "Disconnected"]));
        Assert.That(_world.HasAnswer, Is.False);
        Assert.That(_world.Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Terminal_that_cannot_reach_the_tas_acknowledges_tries_with_growing_waits_and_gives_up_at_the_deadline(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.TasUnreachable, cancellationToken, _clock);

        await _world.PublishAsync(_world.Kick(clock: _clock), cancellationToken);
        Assert.That((await _world.NextAnswerAsync(cancellationToken)).Json, Does.Contain("\"accepted\""));
        foreach (var wait in (int[])[1, 2, 4, 8])
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(wait), cancellationToken);
            _clock.Advance(TimeSpan.FromSeconds(wait));
        }

        var givenUp = await _world.History.WaitForAsync<TerminalEvent.SessionGivenUp>(cancellationToken);
        Assert.That(givenUp.Attempts, Is.EqualTo(5));
        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.SessionAttemptFailed>().Select(e => e.Attempt), Is.EqualTo((int[])[1, 2, 3, 4, 5]));
        Assert.That(_world.Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Terminal_that_sees_messages_twice_opens_one_session(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.DuplicateDelivery, cancellationToken);

        await _world.PublishAsync(_world.Kick(), cancellationToken);
        var answers = new[] { (await _world.NextAnswerAsync(cancellationToken)).Json, (await _world.NextAnswerAsync(cancellationToken)).Json };
        await _world.Gate.NextArrivalAsync(cancellationToken);

        Assert.That(answers[0], Does.Contain("\"accepted\""));
        Assert.That(answers[1], Does.Contain("\"duplicate\""));
        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.KickReceived>().Count(), Is.EqualTo(2));
        Assert.That(_world.Gate.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Old_firmware_opens_its_session_without_acknowledging(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.OldFirmware, cancellationToken);

        await _world.PublishAsync(_world.Kick(), cancellationToken);
        await _world.Gate.NextArrivalAsync(cancellationToken);

        Assert.That(_world.History.Snapshot().OfType<TerminalEvent.Acknowledged>(), Is.Empty);
        Assert.That(_world.HasAnswer, Is.False);
    }

    [Test]
    public async Task Terminal_that_drops_its_session_does_so_after_its_delay(CancellationToken cancellationToken)
    {
        await _world.AddAsync(TerminalBehaviour.DropsSession, cancellationToken, _clock);

        await _world.PublishAsync(_world.Kick(clock: _clock), cancellationToken);
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5), cancellationToken);
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Count == 1, cancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.That((await _world.Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ByTerminal));
        Assert.That((await _world.History.WaitForAsync<TerminalEvent.SessionClosed>(cancellationToken)).End, Is.EqualTo(SessionEnd.Dropped));
    }
}
