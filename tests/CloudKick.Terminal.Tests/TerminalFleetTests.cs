using System.Collections.Concurrent;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

[CancelAfter(120_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TerminalFleetTests
{
    private TerminalWorld _world = null!;

    [SetUp]
    public async Task StartWorld() => _world = await TerminalWorld.StartAsync(TestContext.CurrentContext.CancellationToken);

    [TearDown]
    public async Task StopWorld() => await _world.DisposeAsync();

    [Test]
    public async Task Fleet_connects_answers_every_kick_and_stops(CancellationToken cancellationToken)
    {
        const int Count = 200;
        var progress = new RecordingProgress();
        var ids = Enumerable.Range(1, Count).Select(n => $"NL{n:D6}").ToArray();
        await using var fleet = new TerminalFleet(ids.Select(id => _world.Options(id)));

        var failures = await fleet.StartAsync(progress, cancellationToken);
        Assert.That(failures, Is.Empty);
        Assert.That((fleet.Count, fleet.ConnectedCount), Is.EqualTo((Count, Count)));
        Assert.That(progress.Reports.Max(report => report.Started), Is.EqualTo(Count));
        Assert.That(progress.Reports.Select(report => report.Total), Is.All.EqualTo(Count));

        await Task.WhenAll(ids.Select(id => _world.PublishAsync(_world.Kick($"kck_{id}", id), cancellationToken)));
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Count == Count && fleet.SessionCount == Count, cancellationToken);
        Assert.That(_world.Gate.Asked.Select(arrival => (arrival.TerminalId, arrival.KickId)), Is.EquivalentTo(ids.Select(id => (id, (string?)$"kck_{id}"))));
        Assert.That(fleet.TryGet(ids[7], out var terminal) && terminal.HasSession, Is.True);

        await fleet.DisposeAsync();
        await Eventually.HoldsAsync(() => _world.Tas.Sessions.Count == 0 && _world.Cloud.Control.ConnectedClients == 1, cancellationToken);
    }

    [Test]
    public async Task Terminal_that_cannot_start_is_reported_and_does_not_hold_up_the_others(CancellationToken cancellationToken)
    {
        var stranger = _world.Options("NL000001") with { TerminalId = "NL000009" };
        var options = new FleetOptions { StartAttempts = 2, RetryAfter = TimeSpan.FromMilliseconds(10) };
        await using var fleet = new TerminalFleet([stranger, _world.Options("NL000002")], options);
        var progress = new RecordingProgress();

        var failures = await fleet.StartAsync(progress, cancellationToken);

        Assert.That(failures.Select(failure => failure.TerminalId), Is.EqualTo((string[])["NL000009"]));
        Assert.That(failures[0].Cause, Is.Not.Empty);
        Assert.That(fleet.TryGet("NL000002", out _), Is.True);
        Assert.That(progress.Reports.Select(report => report.Failed).Max(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_terminal_that_was_taken_over_steps_aside_while_the_others_go_on(CancellationToken cancellationToken)
    {
        // Were it back before it is stopped, it would throw the other out.
        var patient = _world.Options("NL000001") with { MqttReconnect = new() { Minimum = TimeSpan.FromMinutes(1), Maximum = TimeSpan.FromMinutes(1) } };
        await using var fleet = new TerminalFleet([patient, _world.Options("NL000002")]);
        await fleet.StartAsync(null, cancellationToken);
        await using var other = new MqttClient(new MqttClientOptions { Endpoint = _world.Endpoint("NL000001"), ClientId = "NL000001" });

        await other.ConnectAsync(cancellationToken);
        var lost = await _world.History.WaitForAsync<TerminalEvent.Disconnected>(cancellationToken);
        var stopped = await fleet.StopAsync("NL000001");

        Assert.That((lost.TerminalId, lost.TakenOver, stopped), Is.EqualTo(("NL000001", true, true)));
        Assert.That(await fleet.StopAsync("NL000001"), Is.False);
        Assert.That((fleet.Count, fleet.ConnectedCount, other.State), Is.EqualTo((1, 1, MqttClientState.Connected)));
    }

    [Test]
    public void Two_terminals_of_one_id_are_refused() =>
        Assert.That(() => new TerminalFleet([_world.Options("NL000001"), _world.Options("NL000001")]), Throws.ArgumentException.With.Message.Contains("NL000001"));

    [Test]
    public async Task Cancelled_start_leaves_a_fleet_that_can_be_stopped(CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var fleet = new TerminalFleet(Enumerable.Range(1, 50).Select(n => _world.Options($"NL{n:D6}")), new FleetOptions { Concurrency = 2 });

        await Assert.ThatAsync(() => fleet.StartAsync(new CancelAtFirst(cancel), cancel.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(fleet.Count, Is.InRange(1, 49));
    }

    private sealed class RecordingProgress : IProgress<FleetProgress>
    {
        public ConcurrentBag<FleetProgress> Reports { get; } = [];

        public void Report(FleetProgress value) => Reports.Add(value);
    }

    private sealed class CancelAtFirst(CancellationTokenSource source) : IProgress<FleetProgress>
    {
        public void Report(FleetProgress value) => source.Cancel();
    }
}
