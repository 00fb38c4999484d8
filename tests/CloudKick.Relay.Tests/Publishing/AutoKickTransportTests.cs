using System.Collections.Concurrent;
using System.Globalization;
using CloudKick.LocalCloud;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>
/// The MQTT pool, with HTTPS for what it cannot take. What the cloud accepted over MQTT bears the connection's client id, what it accepted
/// over HTTPS bears none.
/// </summary>
[CancelAfter(60_000)]
internal sealed class AutoKickTransportTests
{
    private const string OverMqtt = "relay-*";
    private const string OverHttps = "relay";
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<AcceptedPublish> _published = [];
    private string _directory = null!;
    private LocalCloudServer _cloud = null!;

    [SetUp]
    public async Task StartCloud()
    {
        _published.Clear();
        _directory = Directory.CreateTempSubdirectory("cloudkick-auto-").FullName;
        _cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") });
        _cloud.Control.PublishAccepted = _published.Enqueue;
        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
    }

    [TearDown]
    public async Task StopCloud()
    {
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task While_MQTT_is_up_kicks_go_over_it(CancellationToken cancellationToken)
    {
        await using var test = Create();
        await test.StartAsync(cancellationToken);

        var results = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => PublishAsync(test, n)));

        Assert.That(results.Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(_published.Select(publish => publish.ClientId), Is.All.StartsWith("relay-"));
        Assert.That(test.Auto.Status.Health, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public async Task Before_any_connection_is_up_kicks_go_over_https_and_afterwards_over_MQTT(CancellationToken cancellationToken)
    {
        await using var test = Create();

        var before = await PublishAsync(test, 1);
        var status = test.Auto.Status;
        await test.StartAsync(cancellationToken);
        var after = await PublishAsync(test, 2);

        Assert.That((before.Outcome, after.Outcome), Is.EqualTo((AttemptOutcome.Acknowledged, AttemptOutcome.Acknowledged)));
        Assert.That(_published.Select(publish => publish.ClientId.Length > 0), Is.EqualTo(new[] { false, true }));
        Assert.That(status.Health, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(test.Auto.Status.Health, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public async Task What_a_full_pool_cannot_take_goes_over_https_and_each_kick_goes_once(CancellationToken cancellationToken)
    {
        const int kicks = 80;
        await using var test = Create(mqtt => mqtt.MessagesPerSecond = 10);
        await test.StartAsync(cancellationToken);

        var results = await Task.WhenAll(Enumerable.Range(1, kicks).Select(n => PublishAsync(test, n)));

        Assert.That(results.Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(_published.Select(publish => publish.Message.Topic).Distinct().Count(), Is.EqualTo(kicks));
        Assert.That(_published, Has.Count.EqualTo(kicks));
        var ways = _published.ToLookup(publish => publish.ClientId.Length > 0);
        Assert.That((ways[true].Any(), ways[false].Any()), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_kick_that_finds_too_many_unacknowledged_goes_over_https(CancellationToken cancellationToken)
    {
        await using var test = Create(mqtt => mqtt.MaximumInFlight = 1);
        await test.StartAsync(cancellationToken);
        _cloud.Control.HoldAcknowledgements();

        var first = PublishAsync(test, 1);
        await _cloud.Control.WaitForPublishedAsync(Topic(1), 1, cancellationToken);
        var second = await PublishAsync(test, 2);
        _cloud.Control.ReleaseAcknowledgements();

        Assert.That((second.Outcome, (await first).Outcome), Is.EqualTo((AttemptOutcome.Acknowledged, AttemptOutcome.Acknowledged)));
        Assert.That(_published.Select(publish => (publish.Message.Topic, publish.ClientId.Length > 0)), Is.EqualTo(new[] { (Topic(1), true), (Topic(2), false) }));
    }

    [Test]
    public async Task A_kick_whose_turn_comes_when_too_many_are_unacknowledged_goes_over_https(CancellationToken cancellationToken)
    {
        // Two or three leave at once; five more have their turn within the next quarter of a second, and find one or two places.
        const int places = 4;
        const int kicks = 20;
        await using var test = Create(mqtt => (mqtt.MessagesPerSecond, mqtt.MaximumInFlight) = (20, places));
        await test.StartAsync(cancellationToken);
        _cloud.Control.HoldAcknowledgements();

        var publishing = Enumerable.Range(1, kicks).Select(n => PublishAsync(test, n)).ToArray();
        await Eventually.HoldsAsync(() => publishing.Count(publish => publish.IsCompleted) == kicks - places, cancellationToken);
        _cloud.Control.ReleaseAcknowledgements();

        Assert.That((await Task.WhenAll(publishing)).Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(_published.Count(publish => publish.ClientId.Length > 0), Is.EqualTo(places));
        Assert.That(_published, Has.Count.EqualTo(kicks));
    }

    [Test]
    public async Task A_kick_that_has_given_up_keeps_its_place_until_the_cloud_acknowledges_it(CancellationToken cancellationToken)
    {
        await using var test = Create(mqtt => mqtt.MaximumInFlight = 2);
        await test.StartAsync(cancellationToken);
        var slot = test.Pool.Publishing.Single();
        _cloud.Control.HoldAcknowledgements();

        var first = await PublishAsync(test, 1, patience: TimeSpan.FromSeconds(1));
        var second = test.PublishAsync();
        await Eventually.HoldsAsync(() => _published.Count == 2, cancellationToken);

        Assert.That(slot.IsFull, Is.True);
        _cloud.Control.ReleaseAcknowledgements();
        Assert.That((first.Outcome, (await second).Outcome), Is.EqualTo((AttemptOutcome.Unknown, AttemptOutcome.Acknowledged)));
        Assert.That(slot.IsFull, Is.False);
    }

    [Test]
    public async Task What_MQTT_may_have_taken_is_not_sent_again_by_the_same_attempt(CancellationToken cancellationToken)
    {
        await using var test = Create();
        await test.StartAsync(cancellationToken);
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Drop, OverMqtt));

        var silent = await PublishAsync(test, 1, patience: TimeSpan.FromSeconds(1));
        var next = await PublishAsync(test, 2);

        Assert.That((silent.Outcome, next.Outcome), Is.EqualTo((AttemptOutcome.Unknown, AttemptOutcome.Acknowledged)));
        Assert.That(
            _published.Select(publish => (publish.Message.Topic, publish.ClientId.Length > 0)), Is.EqualTo(new[] { (Topic(1), true), (Topic(2), false) }),
            "a connection that was silent is passed by while there is another way");
    }

    [Test]
    public async Task A_connection_that_is_cut_under_a_kick_leaves_it_unknown_and_the_next_one_goes_on(CancellationToken cancellationToken)
    {
        await using var test = Create();
        await test.StartAsync(cancellationToken);
        _cloud.Control.HoldAcknowledgements();
        var caught = PublishAsync(test, 1);
        await _cloud.Control.WaitForPublishedAsync(Topic(1), 1, cancellationToken);

        await _cloud.Control.GoDownAsync();
        _cloud.Control.LoseAcknowledgements();
        var result = await caught;
        await _cloud.Control.ComeBackAsync(cancellationToken);
        var next = await Eventually.HoldsAsync(() => PublishAsync(test, 2), next => next.Outcome is AttemptOutcome.Acknowledged, cancellationToken);
        await test.UpAsync(cancellationToken);
        var last = await PublishAsync(test, 3);

        Assert.That((result.Outcome, next.Outcome, last.Outcome), Is.EqualTo((AttemptOutcome.Unknown, AttemptOutcome.Acknowledged, AttemptOutcome.Acknowledged)));
        Assert.That(_published.GroupBy(publish => publish.Message.Topic).Select(topic => topic.Count()), Is.All.EqualTo(1));
    }

    [Test]
    public async Task With_both_ways_down_nothing_is_sent_and_both_reasons_are_told(CancellationToken cancellationToken)
    {
        await using var test = Create();
        await test.StartAsync(cancellationToken);
        await _cloud.Control.GoDownAsync();

        var result = await Eventually.HoldsAsync(() => PublishAsync(test, 1), result => result.Outcome is AttemptOutcome.NotSent, cancellationToken);

        Assert.That(result.Detail, Does.Contain(";"));
        Assert.That(test.Auto.IsUp, Is.False);
        Assert.That(test.Auto.Status.Health, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(test.Auto.Reserve(Life, out _), Is.Null, "they may be back within the kick's life");
        Assert.That(_published, Is.Empty);
    }

    [Test]
    public async Task Where_https_is_forbidden_the_full_pool_has_the_last_word(CancellationToken cancellationToken)
    {
        const int kicks = 15;
        await using var test = Create(mqtt => mqtt.MessagesPerSecond = 5);
        await test.StartAsync(cancellationToken);
        _cloud.Control.RefusePublish = publish => publish.ClientId.Length == 0 ? CloudKick.Mqtt.MqttReasonCode.NotAuthorized : null;

        var results = await Task.WhenAll(Enumerable.Range(1, kicks).Select(n => PublishAsync(test, n)));

        Assert.That(results.Select(result => result.Outcome), Is.All.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(_published.Select(publish => publish.ClientId), Is.All.StartsWith("relay-"));
        Assert.That(_published, Has.Count.EqualTo(kicks));
    }

    [Test]
    public async Task A_probe_of_a_refused_route_that_MQTT_could_not_take_goes_over_https()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        test.RefuseUntilProbed(clock);

        var result = await PublishAsync(test, 1);

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(test.Refusals.Causes, Is.Empty);
    }

    [Test]
    public async Task A_probe_of_a_refused_route_that_https_is_forbidden_may_still_go_over_MQTT(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        test.RefuseUntilProbed(clock);
        await test.StartAsync(cancellationToken);
        _cloud.Control.RefusePublish = publish => publish.ClientId.Length == 0 ? CloudKick.Mqtt.MqttReasonCode.NotAuthorized : null;
        var budget = test.Pool.Publishing.Single().Budget;
        while (budget.Delay <= TimeSpan.FromSeconds(1))
            budget.TryBook(bytes: 0, Patience, out _);

        var publishing = PublishAsync(test, 1);
        await Eventually.HoldsAsync(() => HasEndedAfter(TimeSpan.FromMilliseconds(20)), cancellationToken);

        Assert.That((await publishing).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That(_published.Single().ClientId, Does.StartWith("relay-"));

        bool HasEndedAfter(TimeSpan step)
        {
            clock.Advance(step);
            return publishing.IsCompleted;
        }
    }

    [Test]
    public async Task An_answer_of_https_that_does_not_come_within_the_attempt_is_unknown(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var test = Create(clock: clock);
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Delay, OverHttps) { Delay = TimeSpan.FromMinutes(1) });

        var publishing = PublishAsync(test, 1);
        await Eventually.HoldsAsync(() => !_published.IsEmpty, cancellationToken);
        clock.Advance(Patience);
        var result = await publishing.WaitAsync(cancellationToken);

        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.Unknown));
        Assert.That(_published, Has.Count.EqualTo(1));
    }

    private static string Terminal(int number) => string.Create(CultureInfo.InvariantCulture, $"NL{number:D6}");

    private static string Topic(int number) => "NL-CAT/" + Terminal(number);

    private static Task<AttemptResult> PublishAsync(TransportUnderTest test, int number, TimeSpan? patience = null) => test.Auto.PublishAsync(
        TransportUnderTest.Attempt(terminal: Terminal(number)), TransportUnderTest.Message(terminal: Terminal(number)), Life, patience ?? Patience);

    private TransportUnderTest Create(Action<RelayMqttOptions>? configure = null, TimeProvider? clock = null)
    {
        var mqtt = TransportUnderTest.Mqtt(_cloud, _directory);
        configure?.Invoke(mqtt);
        return new TransportUnderTest(mqtt, new PublishingOptions { Transport = KickTransportKind.Auto }, clock);
    }
}
