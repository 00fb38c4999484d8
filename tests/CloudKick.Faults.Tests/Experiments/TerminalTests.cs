using System.Collections.Concurrent;
using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Mqtt;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Terminals that were away, kicks that come late, twice or out of order, and a whitelist that changes meanwhile.</summary>
[Patience]
[Order(1)] // the longest wait of all, and little else: it begins first
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class TerminalTests
{
    // At its full size ten kicks, one after the other, are the five minutes that the terminal is away.
    private static readonly int TtlSeconds = Size.Of(5, 30);

    private World _world = null!;
    private Till _till = null!;

    [SetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 10 });
        _till = Run.Till(_world, TtlSeconds);
    }

    [TearDown]
    public async Task EndTheWorld()
    {
        _till.Dispose();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Terminal_that_was_away_acts_on_none_of_the_kicks_that_waited_and_each_is_reported_expired(CancellationToken cancellationToken)
    {
        // A session that outlives its connection: what comes meanwhile waits in the cloud.
        var received = new ConcurrentQueue<MqttMessage>();
        await using (var leaving = await SessionAsync(received, cancellationToken))
            await leaving.DisconnectAsync(cancellationToken);
        var terminal = _world.Terminals[0];

        const int kicks = 10;
        var ids = new List<string>();
        for (var kick = 0; kick < kicks; kick++)
        {
            ids.Add((await _till.KickAsync(terminal, $"away-{kick}", cancellationToken))!.KickId!);
            await _world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(TtlSeconds), cancellationToken);
        }
        Assert.That(_world.Cloud.Control.PublishedTo("NL-CAT/" + terminal), Is.GreaterThanOrEqualTo(kicks), "they were published and wait");
        await using var returned = await SessionAsync(received, cancellationToken);
        // What comes after proves that everything before it has come.
        await _till.KickAsync(terminal, "back", cancellationToken);
        await Eventually.HoldsAsync(() => !received.IsEmpty, cancellationToken);

        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        foreach (var id in ids)
        {
            Assert.That((string?)(await _till.GetAsync(id, cancellationToken))["state"], Is.EqualTo("expired"));
            Assert.That(received.Select(message => System.Text.Encoding.UTF8.GetString(message.Payload.Span)), Has.None.Contains(id));
        }
    }

    [Test]
    public async Task Kick_that_the_network_held_until_it_had_expired_is_refused_by_terminal_and_by_TAS(CancellationToken cancellationToken)
    {
        var (onTime, slowClock) = (_world.Terminals[0], _world.Terminals[1]);
        await _world.PlayAsync([onTime], cancellationToken: cancellationToken);
        // One whose clock is an hour behind takes it for fresh: then the TAS is what is left.
        await using var behind = new SimulatedTerminal(
            new TerminalOptions { TerminalId = slowClock, Mqtt = _world.Endpoint(_world.Cloud.Port, slowClock), Observer = _world.History.Add },
            new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1)));
        await behind.StartAsync(cancellationToken);
        _world.History.Fault("what leaves for the broker is held up");
        _world.BrokerLink.ToBackend.Faults = new LinkFaults { Hangs = true };
        var kicks = await Task.WhenAll(new[] { onTime, slowClock }.Select(terminal => _till.KickAsync(terminal, "held-" + terminal, cancellationToken)));
        await _world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(TtlSeconds), cancellationToken);
        _world.BrokerLink.Heal();

        await Told<TerminalEvent.KickRefused>(kicks[0]!.KickId!, refused => refused.KickId, cancellationToken);
        await Told<TerminalEvent.SessionOpened>(kicks[1]!.KickId!, opened => opened.KickId, cancellationToken);
        await Told<TerminalEvent.SessionClosed>(kicks[1]!.KickId!, closed => closed.KickId, cancellationToken);
        Assert.That(await _world.ScalarAsync<long>("select count(*) from tas_sessions", cancellationToken), Is.Zero, "nobody was let in");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken, _world.Rules with { NetworkDelays = true });
    }

    [Test]
    public async Task Doubled_and_reordered_messages_lead_to_one_session_each(CancellationToken cancellationToken)
    {
        await _world.PlayAsync(
            _world.Terminals, terminal => terminal with { Behaviour = TerminalBehaviour.DuplicateDelivery }, cancellationToken);
        var copies = new ConcurrentStack<MqttMessage>();
        _world.Cloud.Control.PublishAccepted = publish =>
        {
            _world.History.Add(publish);
            if (!publish.ClientId.EndsWith("-copies", StringComparison.Ordinal) && publish.Message.Topic.StartsWith("NL-CAT/", StringComparison.Ordinal))
                copies.Push(publish.Message);
        };
        await using var copier = new MqttClient(new MqttClientOptions { Endpoint = _world.Endpoint(_world.Cloud.Port, "relay"), ClientId = "relay-copies" });
        await copier.ConnectAsync(cancellationToken);
        using var patient = Run.Till(_world);

        await Task.WhenAll(_world.Terminals.Select(terminal => patient.KickAsync(terminal, "copied-" + terminal, cancellationToken)));
        await _world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(30), cancellationToken);
        // Newest first, twice each.
        foreach (var copy in copies.Concat(copies).Where(copy => !copy.Topic.EndsWith("/ack", StringComparison.Ordinal)).ToArray())
            await copier.PublishAsync(new MqttMessage { Topic = copy.Topic, Payload = copy.Payload.ToArray(), QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);
        await Eventually.HoldsAsync(
            () => _world.History.Snapshot().OfType<Happening.OfTerminal>().Count(told => told.Event is TerminalEvent.KickReceived) >= 6 * _world.Terminals.Count, cancellationToken);

        await Run.JudgeAsync(_world, 30, cancellationToken, _world.Rules with { NetworkDelays = true });
        Assert.That(await _world.ScalarAsync<long>("select count(*) from tas_sessions", cancellationToken), Is.EqualTo(_world.Terminals.Count));
    }

    [Test]
    public async Task Kick_whose_terminal_leaves_the_whitelist_while_it_waits_is_not_published(CancellationToken cancellationToken)
    {
        var terminal = _world.Terminals[0];
        using var patient = Run.Till(_world);
        await _world.Cloud.Control.GoDownAsync();
        var kick = await patient.KickAsync(terminal, "leaving", cancellationToken);
        await _world.RemoveFromWhitelistAsync(terminal, cancellationToken);
        await _world.Cloud.Control.ComeBackAsync(cancellationToken);

        await Run.JudgeAsync(_world, 30, cancellationToken);
        var ended = await patient.GetAsync(kick!.KickId!, cancellationToken);
        Assert.That((string?)ended["state"], Is.EqualTo("failed"));
        Assert.That((string?)ended["failureCode"], Is.EqualTo("terminal-not-whitelisted"));
        Assert.That(_world.Cloud.Control.PublishedTo("NL-CAT/" + terminal), Is.Zero);
    }

    private async Task<MqttClient> SessionAsync(ConcurrentQueue<MqttMessage> received, CancellationToken cancellationToken)
    {
        var terminal = _world.Terminals[0];
        var client = new MqttClient(new MqttClientOptions
        {
            Endpoint = _world.Endpoint(_world.Cloud.Port, terminal),
            ClientId = terminal,
            CleanStart = false,
            SessionExpiryInterval = 3600,
            MessageReceived = (message, _) =>
            {
                received.Enqueue(message with { Payload = message.Payload.ToArray() });
                return ValueTask.CompletedTask;
            },
        });
        await client.ConnectAsync(cancellationToken);
        await client.SubscribeAsync([new MqttSubscription("NL-CAT/" + terminal, MqttQualityOfService.AtLeastOnce)], cancellationToken);
        return client;
    }

    private async Task Told<T>(string kickId, Func<T, string?> kick, CancellationToken cancellationToken)
        where T : TerminalEvent =>
        await Eventually.HoldsAsync(
            () => _world.History.Snapshot().OfType<Happening.OfTerminal>().Select(told => told.Event).OfType<T>().Any(told => kick(told) == kickId), cancellationToken);
}
