using System.Collections.Concurrent;
using System.Diagnostics;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The broker dies, hangs, says nothing or says no; and the network between tears and dribbles.</summary>
[Patience]
internal sealed class BrokerTests
{
    private const int TtlSeconds = 20;

    // One that publishes, two for answers, one for presence.
    private const int ClientsPerNode = 4;
    private static readonly TimeSpan HalfOpenNoticed = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BadFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenTears = TimeSpan.FromMilliseconds(700);

    private World _world = null!;
    private Till _till = null!;
    private int _keys;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions
        {
            Seed = Run.Seed,
            Nodes = 2,
            Settings = new Dictionary<string, string> { ["CloudKick:Mqtt:Connections"] = "1" },
        });
        _till = Run.Till(_world, TtlSeconds);
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
    }

    [SetUp]
    public Task WaitUntilNoSessionIsLeft() => _world.WaitUntilNoSessionIsOpenAsync(CancellationToken.None);

    [OneTimeTearDown]
    public async Task EndTheWorld()
    {
        _till.Dispose();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Broker_that_comes_back_with_its_sessions_is_published_to_within_seconds_and_without_a_storm(CancellationToken cancellationToken)
    {
        await Outage.StrikeAsync(_world, new KickLoad(_till, _world.Terminals) { UnderWay = 4, Pause = Outage.Pause }, ClientsPerNode, _world.Cloud.Control.GoDownAsync, () => _world.Cloud.Control.ComeBackAsync(cancellationToken), cancellationToken);
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Broker_that_comes_back_without_its_sessions_is_published_to_within_seconds_and_without_a_storm(CancellationToken cancellationToken)
    {
        await Outage.StrikeAsync(_world, new KickLoad(_till, _world.Terminals) { UnderWay = 4, Pause = Outage.Pause }, ClientsPerNode, _world.EndCloudAsync, () => _world.StartCloudAgainAsync(cancellationToken), cancellationToken);
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Acknowledgements_that_never_come_leave_kicks_that_end_in_time(CancellationToken cancellationToken)
    {
        _world.History.Fault("acknowledgements lost");
        _world.HoldAcknowledgements();
        using var hurried = Run.Till(_world, ttlSeconds: 6);
        var answers = await Task.WhenAll(_world.Terminals.Take(20).Select(terminal => hurried.KickAsync(terminal, Key(), cancellationToken)));
        await _world.WaitUntilNothingIsOpenAsync(TimeSpan.FromSeconds(6), cancellationToken);
        _world.LoseAcknowledgements();

        Assert.That(answers.Select(answer => answer?.Text), Is.All.AnyOf("accepted", "delivered", "connected"), "nobody was told what the broker never said");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Refusal_that_is_for_good_is_final_and_one_that_passes_is_tried_again(CancellationToken cancellationToken)
    {
        var (invalid, forbidden, busy) = (_world.Terminals[0], _world.Terminals[1], _world.Terminals[2]);
        var attempts = new ConcurrentDictionary<string, int>();
        _world.Cloud.Control.RefusePublish = publish =>
        {
            var terminal = publish.Message.Topic.Split('/')[^1];
            var attempt = attempts.AddOrUpdate(terminal, 1, (_, before) => before + 1);
            return terminal == invalid ? MqttReasonCode.TopicNameInvalid
                : terminal == forbidden ? MqttReasonCode.NotAuthorized
                : terminal == busy && attempt <= 3 ? MqttReasonCode.QuotaExceeded
                : null;
        };

        var final = await KickAllAsync([invalid, forbidden], cancellationToken);
        // Forbidden is what one terminal's topic is; nothing else of its route is held back for that.
        var passing = (await _till.KickAsync(busy, Key(), cancellationToken))!;

        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        Assert.That(new[] { invalid, forbidden }.Select(terminal => attempts[terminal]), Is.All.EqualTo(1), "it is final: nobody tries again");
        foreach (var kick in final)
        {
            Assert.That((string?)(await _till.GetAsync(kick!.KickId!, cancellationToken))["state"], Is.EqualTo("failed"));
            Assert.That(
                await _world.ScalarAsync<string>(
                    $"select string_agg(e.event, ' ' order by e.event_id) from kick_events e join kicks k using (kick_id) where k.terminal_id = '{kick.TerminalId}' and k.state = 'failed'",
                    cancellationToken),
                Is.EqualTo("accepted failed"), "in one attempt");
        }
        Assert.That((string?)(await _till.GetAsync(passing.KickId!, cancellationToken))["state"], Is.EqualTo("connected"));
        var words = await Task.WhenAll(_world.Nodes.Select(node => Health.OfTransportAsync(node, cancellationToken)));
        Assert.That(words, Has.Exactly(1).Contain("does the relay's policy allow iot:Publish on topic/NL-CAT"), "who was told so says which policy to look at");
    }

    [Test]
    public async Task Half_open_link_is_noticed_within_ten_seconds_and_its_kicks_find_another_way(CancellationToken cancellationToken)
    {
        var node = _world.Nodes[0];
        _world.History.Fault("links to the broker hang");
        _world.BrokerLink.Inject(new LinkFaults { Hangs = true });
        var watch = Stopwatch.StartNew();
        var kicks = KickAllAsync(_world.Terminals.Take(40), cancellationToken);
        var words = await Health.BlamesTransportAsync(node, cancellationToken);
        var noticed = watch.Elapsed;

        // What the dead links held is gone, as in a network.
        _world.BrokerLink.ResetAll();
        _world.BrokerLink.Heal();
        TestContext.Progress.WriteLine($"half-open links noticed after {noticed.TotalSeconds:F1} s: {words}");
        Assert.That(noticed, Is.LessThan(HalfOpenNoticed));
        Assert.That((await kicks).Select(answer => answer?.IsSuccess), Is.All.True);
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Dribbled_slow_and_torn_links_lose_nothing(CancellationToken cancellationToken)
    {
        await Run.UnderLoadAsync(
            new KickLoad(_till, _world.Terminals) { UnderWay = 8 }, 80,
            async () =>
            {
                _world.History.Fault("a byte at a time");
                _world.BrokerLink.Inject(new LinkFaults { SliceBytes = 1 });
                await Task.Delay(BadFor, cancellationToken);
                _world.History.Fault("slow, with jitter");
                _world.BrokerLink.Inject(new LinkFaults { Latency = TimeSpan.FromMilliseconds(100), Jitter = TimeSpan.FromMilliseconds(200), BytesPerSecond = 20_000 });
                await Task.Delay(BadFor, cancellationToken);
                for (var tear = 0; tear < Size.Of(12, 100); tear++)
                {
                    var bytes = _world.Random.Next(1, 8_000);
                    _world.History.Fault($"torn after {bytes} bytes");
                    _world.BrokerLink.Inject(new LinkFaults { ResetsAfterBytes = bytes, SliceBytes = 64 });
                    await Task.Delay(BetweenTears, cancellationToken);
                }
                _world.BrokerLink.Heal();
            },
            cancellationToken);

        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [TearDown]
    public async Task MakeWhole()
    {
        _world.BrokerLink.Heal();
        _world.ReleaseAcknowledgements();
        _world.Cloud.Control.Reset();
        await _world.WaitUntilReadyAsync(CancellationToken.None);
    }

    private Task<Happening.Answered?[]> KickAllAsync(IEnumerable<string> terminals, CancellationToken cancellationToken) =>
        Task.WhenAll(terminals.Select(terminal => _till.KickAsync(terminal, Key(), cancellationToken)));

    private string Key() => $"broker-{Interlocked.Increment(ref _keys)}";
}
