using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Mqtt;
using CloudKick.Testing;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The broker is one that others wrote, and dies.</summary>
[Patience]
internal sealed class MosquittoTests
{
    private const int TtlSeconds = 20;

    // Two that publish, three for answers, one for presence.
    private const int ClientsPerNode = 6;

    private MosquittoBroker _broker = null!;
    private World _world = null!;
    private Till _till = null!;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _broker = await MosquittoBroker.StartKeepingSessionsAsync(CancellationToken.None);
        _world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 60, Mosquitto = _broker });
        _till = Run.Till(_world, TtlSeconds);
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheWorld()
    {
        _till.Dispose();
        await _world.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [TestCase(true, TestName = "Mosquitto_that_is_restarted_with_its_sessions_is_published_to_within_seconds_and_without_a_storm")]
    [TestCase(false, TestName = "Mosquitto_that_is_killed_and_loses_its_sessions_is_published_to_within_seconds_and_without_a_storm")]
    public async Task Restarted(bool keepsSessions, CancellationToken cancellationToken)
    {
        await using var lasting = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("localhost", _broker.Port),
            ClientId = $"lasting-{keepsSessions}",
            CleanStart = false,
            SessionExpiryInterval = 3600,
        });
        await lasting.ConnectAsync(cancellationToken);
        var first = lasting.ConnAck;

        await using var dead = new DeadBroker();
        await Outage.StrikeAsync(
            _world, new KickLoad(_till, _world.Terminals) { UnderWay = 4, Pause = Outage.Pause }, ClientsPerNode,
            () => keepsSessions ? _broker.ShutDownAsync(cancellationToken) : _broker.StopAsync(),
            () => _broker.StartAgainAsync(cancellationToken),
            cancellationToken, dead);
        await Eventually.HoldsAsync(() => lasting.State == MqttClientState.Connected && !ReferenceEquals(lasting.ConnAck, first), cancellationToken);

        Assert.That(lasting.ConnAck!.SessionPresent, Is.EqualTo(keepsSessions), "the broker had its sessions, or had not");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }
}
