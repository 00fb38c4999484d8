using CloudKick.Mqtt;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace CloudKick.Relay.Tests.Publishing;

[CancelAfter(60_000)]
internal sealed class MqttKickTransportTests
{
    [Test]
    public async Task A_publish_says_how_long_it_may_live_and_is_acknowledged(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud));
        await test.StartAsync(cancellationToken);

        var result = await test.PublishAsync(ttlSeconds: 30);

        Assert.That(result, Is.EqualTo(new AttemptResult(AttemptOutcome.Acknowledged)));
        Assert.That(cloud.Published.Single().Packet.Message.MessageExpiryInterval, Is.InRange(28, 30));
        Assert.That(test.Transport.Status.Health, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public async Task With_less_than_a_second_of_life_nothing_leaves(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud));
        await test.StartAsync(cancellationToken);

        var result = await test.Transport.PublishAsync(
            TransportUnderTest.Attempt(), TransportUnderTest.Message(), TimeSpan.FromMilliseconds(990), TimeSpan.FromSeconds(4));

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(cloud.Published, Is.Empty);
    }

    [Test]
    public async Task Without_a_connection_a_kick_is_not_sent_and_is_told_why(CancellationToken cancellationToken)
    {
        await using var test = new TransportUnderTest(new RelayMqttOptions { Host = "127.0.0.1", Port = 9, Tls = false });
        await test.Pool.StartAsync(cancellationToken);
        await Eventually.HoldsAsync(() => test.Pool.LastCause != "connecting", cancellationToken);

        var result = await test.PublishAsync();

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(result.Detail, Does.Contain("connection refused"));
        Assert.That(test.Transport.Status.Health, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(test.Transport.Reserve(TimeSpan.FromSeconds(30), out _), Is.Null, "it may be back within the kick's life");
    }

    [Test]
    public async Task Silence_is_unknown_and_a_connection_that_was_silent_goes_last(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var timeout = TimeSpan.FromSeconds(4);
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud, connections: 2), timeProvider: clock);
        await test.StartAsync(cancellationToken);
        cloud.PublishAnswer = (_, _) => null;
        var publishing = test.PublishAsync(timeout: timeout);
        await Eventually.HoldsAsync(() => cloud.Published.Count == 1, cancellationToken);
        clock.Advance(timeout);
        var silent = await publishing;
        var dead = cloud.Published.Single().Peer;
        cloud.PublishAnswer = (peer, _) => peer == dead ? null : MqttReasonCode.Success;

        // As many as may leave at once.
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => test.PublishAsync())).WaitAsync(cancellationToken);

        Assert.That(silent.Outcome, Is.EqualTo(AttemptOutcome.Unknown));
        Assert.That(results.Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
    }

    [Test]
    public async Task Work_is_shared_among_the_connections_and_none_carries_more_than_its_limit(CancellationToken cancellationToken)
    {
        const int limit = 50;
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud, connections: 2);
        mqtt.MessagesPerSecond = limit;
        await using var test = new TransportUnderTest(mqtt);
        await test.StartAsync(cancellationToken);
        var started = ScriptedCloud.Now;

        var results = await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => test.PublishAsync()));

        Assert.That(results.Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
        var perConnection = cloud.Published.GroupBy(published => published.Peer, published => published.At).ToList();
        Assert.That(perConnection.Select(times => times.Count()), Is.All.InRange(100, 150));
        // None is sooner than its turn; how close together those arrive that a busy machine held up says nothing.
        foreach (var times in perConnection)
        {
            Assert.That(
                times.Order().Select((at, i) => (at - started).TotalSeconds - ((i + 1 - (limit * 1.1)) / limit)), Is.All.GreaterThanOrEqualTo(0));
        }
    }

    [Test]
    public async Task Messages_that_come_in_use_the_limit_up_too(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud), timeProvider: new ManualTimeProvider());
        await test.StartAsync(cancellationToken);
        await test.PublishAsync();
        var before = test.Pool.Publishing[0].Budget.Delay;

        var peer = cloud.Published.Single().Peer;
        for (var i = 0; i < 200; i++)
            await peer.SendAsync(new Mqtt.Packets.PublishPacket { Message = TransportUnderTest.Message() with { QualityOfService = MqttQualityOfService.AtMostOnce } }, cancellationToken);

        await Eventually.HoldsAsync(() => test.Pool.Publishing[0].Budget.Delay > before + TimeSpan.FromSeconds(1), cancellationToken);
    }

    [Test]
    public async Task No_more_are_unacknowledged_than_may_be(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var timeout = TimeSpan.FromSeconds(4);
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        mqtt.MaximumInFlight = 3;
        await using var test = new TransportUnderTest(mqtt, timeProvider: clock);
        await test.StartAsync(cancellationToken);
        cloud.PublishAnswer = (_, _) => null;
        // From then on ten may leave at once.
        clock.Advance(TimeSpan.FromSeconds(1));

        var publishing = Enumerable.Range(0, 10).Select(_ => test.PublishAsync(timeout: timeout)).ToList();
        await Eventually.HoldsAsync(() => cloud.Published.Count == 3, cancellationToken);
        clock.Advance(timeout);
        var results = await Task.WhenAll(publishing).WaitAsync(cancellationToken);

        Assert.That(results.Count(result => result.Outcome is AttemptOutcome.Unknown), Is.EqualTo(3));
        Assert.That(results.Count(result => result.Outcome is AttemptOutcome.NotSent), Is.EqualTo(7));
        Assert.That(cloud.Published, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_full_pool_says_so_everywhere_and_takes_nothing_new_on(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        mqtt.MessagesPerSecond = 10;
        await using var test = new TransportUnderTest(mqtt);
        await test.StartAsync(cancellationToken);

        var publishing = Enumerable.Range(0, 60).Select(_ => test.PublishAsync()).ToList();

        var refusal = test.Transport.Reserve(TimeSpan.FromSeconds(30), out _)!;
        Assert.That(refusal.TooMany, Is.True);
        Assert.That(refusal.RetryAfter, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
        Assert.That(test.Transport.Status.Health, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(test.Transport.Status.Detail, Does.Contain("add connections"));
        Assert.That(test.Logs.All.Count(record => record.EventId.Id == 4223), Is.EqualTo(1), "once a minute, not for each kick");
        var results = await Task.WhenAll(publishing);
        var outcomes = results.CountBy(result => result.Outcome).ToDictionary();
        Assert.That(outcomes.GetValueOrDefault(AttemptOutcome.NotSent), Is.Positive, "what has no place within its time is told at once");
        // A machine that stands still for a while lets fewer go, and what leaves at the last moment may find no time for its answer.
        Assert.That(outcomes.GetValueOrDefault(AttemptOutcome.Acknowledged), Is.AtLeast(25));
        Assert.That(outcomes.Keys, Is.SubsetOf(new[] { AttemptOutcome.Acknowledged, AttemptOutcome.NotSent, AttemptOutcome.Unknown }));
    }

    [Test]
    public async Task No_more_are_taken_on_than_have_their_turn_within_the_bound_however_many_ask_at_once(CancellationToken cancellationToken)
    {
        const int limit = 10;
        var bound = TimeSpan.FromMilliseconds(500);
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        mqtt.MessagesPerSecond = limit;
        await using var test = new TransportUnderTest(mqtt, new PublishingOptions { MaximumWait = bound });
        await test.StartAsync(cancellationToken);

        var turns = Reserve(test.Transport, 100);
        Assert.That(turns, Has.Count.InRange(1, 10));
        Assert.That(turns.Select(turn => turn.Wait), Is.All.LessThanOrEqualTo(bound));
        // Half of them come to nothing, and others may have those turns.
        var half = turns.Count / 2;
        foreach (var turn in turns.Take(half))
            turn.Dispose();
        Assert.That(Reserve(test.Transport, 100), Has.Count.InRange(half, half + 3));

        var kept = turns.Skip(half).Select(turn => test.Transport.PublishAsync(
            TransportUnderTest.Attempt() with { Turn = turn }, TransportUnderTest.Message(), TimeSpan.FromSeconds(30), timeout: bound + bound));
        Assert.That((await Task.WhenAll(kept)).Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged), "none of them had to book another turn");
    }

    [Test]
    public async Task A_burst_is_taken_on_and_of_three_times_too_many_only_those_that_hardly_wait(CancellationToken cancellationToken)
    {
        const int burst = 100;
        var options = new PublishingOptions();
        var clock = new ManualTimeProvider();
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        // Ten seconds pass in a moment, in which no answer to a ping can come.
        mqtt.PingAfterSilence = TimeSpan.FromMinutes(20);
        await using var test = new TransportUnderTest(mqtt, options, clock);
        await test.StartAsync(cancellationToken);
        var (perSecond, second) = (mqtt.MessagesPerSecond, TimeSpan.FromSeconds(1));

        Assert.That(Reserve(test.Transport, burst), Has.Count.EqualTo(burst));
        clock.Advance(second * burst / perSecond);
        Assert.That(Reserve(test.Transport, 1).Single().Wait, Is.EqualTo(TimeSpan.Zero), "the burst is over");

        clock.Advance(second);
        var waits = new List<TimeSpan>();
        for (var number = 0; number < 10 * 3 * perSecond; number++)
        {
            // The first second is what shows that it stands.
            foreach (var turn in Reserve(test.Transport, 1).Where(_ => number >= 3 * perSecond))
                waits.Add(turn.Wait);
            clock.Advance(second / (3 * perSecond));
        }
        Assert.That(waits, Has.Count.InRange(0.95 * 9 * perSecond, 1.05 * 9 * perSecond), "as many as may leave");
        Assert.That(waits, Is.All.LessThanOrEqualTo(options.StandingWait));
    }

    [Test]
    public async Task A_kept_turn_is_used_though_more_wait_for_theirs_than_may_be_unacknowledged(CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromSeconds(2);
        var half = TimeSpan.FromMilliseconds(500);
        var clock = new ManualTimeProvider();
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        mqtt.MaximumInFlight = 10;
        await using var test = new TransportUnderTest(mqtt, new PublishingOptions { MaximumWait = wait }, clock);
        await test.StartAsync(cancellationToken);
        var turns = Reserve(test.Transport, 1_000);
        Assert.That(turns, Has.Count.GreaterThan(100));
        var early = turns.Count(turn => turn.Wait <= half);

        var publishing = turns.Select(turn => test.Transport.PublishAsync(
            TransportUnderTest.Attempt() with { Turn = turn }, TransportUnderTest.Message(), TimeSpan.FromSeconds(30), timeout: wait * 10)).ToList();
        clock.Advance(half);

        await Eventually.HoldsAsync(() => cloud.Published.Count >= early, cancellationToken);
        await Eventually.HoldsAsync(() => HasEndedAfter(TimeSpan.FromMilliseconds(20)), cancellationToken);
        Assert.That((await Task.WhenAll(publishing)).Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));

        bool HasEndedAfter(TimeSpan step)
        {
            clock.Advance(step);
            return publishing.TrueForAll(publish => publish.IsCompleted);
        }
    }

    private static List<ReservedTurn> Reserve(MqttKickTransport transport, int times)
    {
        var turns = new List<ReservedTurn>();
        for (var i = 0; i < times; i++)
        {
            if (transport.Reserve(TimeSpan.FromSeconds(30), out var turn) is null)
                turns.Add(turn!);
        }
        return turns;
    }

    [Test]
    public async Task A_topic_that_every_connection_is_closed_on_is_found_and_left_alone(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud));
        await test.StartAsync(cancellationToken);
        cloud.PublishAnswer = (_, publish) => publish.Message.Topic.StartsWith("BE-CAT", StringComparison.Ordinal) ? throw new ScriptedCloud.Hangup() : MqttReasonCode.Success;

        for (var closures = 0; closures < 3; closures++)
        {
            Assert.That((await test.PublishAsync("BE-CAT")).Outcome, Is.EqualTo(AttemptOutcome.Unknown));
            await test.UpAsync(cancellationToken);
        }
        var refused = await test.PublishAsync("BE-CAT");
        var allowed = await test.PublishAsync("NL-CAT");

        Assert.That(refused.Outcome, Is.EqualTo(AttemptOutcome.Refused));
        Assert.That(refused.Detail, Does.Contain("topic/BE-CAT/*"));
        Assert.That(cloud.Published.Count(published => published.Packet.Message.Topic == "BE-CAT/NL000123"), Is.EqualTo(3));
        Assert.That(allowed.Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(test.Transport.Status.Health, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(test.Transport.Status.Detail, Does.Contain("iot:Publish on topic/BE-CAT"));
        Assert.That(test.Logs.All.Where(record => record.EventId.Id == 4225).Select(record => record.Level), Is.EqualTo(new[] { LogLevel.Error }));
    }

    [Test]
    public async Task A_probe_that_never_left_leaves_it_to_the_next_attempt(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud), timeProvider: clock);
        test.RefuseUntilProbed(clock);

        var first = await test.PublishAsync();
        await test.StartAsync(cancellationToken);
        var late = await test.PublishAsync(ttlSeconds: 0);
        var next = await test.PublishAsync();

        Assert.That((first.Outcome, late.Outcome, next.Outcome), Is.EqualTo((AttemptOutcome.NotSent, AttemptOutcome.NotSent, AttemptOutcome.Acknowledged)));
        Assert.That(test.Refusals.Causes, Is.Empty);
    }

    [Test]
    public async Task A_publish_refused_by_answer_is_final_and_shown(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud));
        await test.StartAsync(cancellationToken);
        cloud.PublishAnswer = (_, _) => MqttReasonCode.NotAuthorized;

        var result = await test.PublishAsync();

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Refused));
        Assert.That(test.Transport.Status.Detail, Does.Contain("iot:Publish on topic/NL-CAT"));
    }

    [Test]
    public async Task A_relay_that_the_cloud_does_not_let_in_says_what_to_look_at_and_comes_back_at_once_when_it_does(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud { ConnectAnswer = MqttReasonCode.NotAuthorized };
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud, connections: 2));
        await test.Pool.StartAsync(cancellationToken);

        await Eventually.HoldsAsync(() => test.Pool.IsRefused, cancellationToken);

        Assert.That(test.Transport.Status.Detail, Does.Contain("iot:Connect on client/relay-*"));
        Assert.That(test.Transport.Reserve(TimeSpan.FromSeconds(30), out _)?.TooMany, Is.False);
        Assert.That(test.Logs.All.Where(record => record.EventId.Id == 4224).Select(record => record.Message), Is.All.Contain("active and attached"));
        cloud.ConnectAnswer = MqttReasonCode.Success;
        await test.UpAsync(cancellationToken);
        Assert.That(test.Transport.Reserve(TimeSpan.FromSeconds(30), out _), Is.Null);
        foreach (var client in cloud.Connects.GroupBy(connect => connect.ClientId, connect => connect.At))
            Assert.That(client.Zip(client.Skip(1), (first, next) => next - first), Is.All.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)), client.Key);
    }
}
