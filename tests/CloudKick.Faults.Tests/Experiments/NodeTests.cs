using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Terminal;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Nodes that stand still and go on, are replaced one after the other, are asked the same at once, or have another time than the rest.</summary>
[CancelAfter(Size.Patience)]
internal sealed class NodeTests
{
    private const int TtlSeconds = 20;
    private static readonly int RollingRestarts = Size.Of(6, 20);
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(15);

    private World _world = null!;
    private Till _till = null!;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Terminals = 60 });
        _till = Run.Till(_world, TtlSeconds);
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheWorld()
    {
        _till.Dispose();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Node_that_stood_still_for_fifteen_seconds_changes_nothing_that_others_decided(CancellationToken cancellationToken)
    {
        var zombie = _world.Nodes[0];
        using var toZombie = new Till(_world.History, _world.Token, () => [zombie.Http]) { TtlSeconds = TtlSeconds, RequestTimeout = TimeSpan.FromSeconds(1) };
        // Its attempts are under way, their outcomes not recorded: the moment at which standing still does most harm.
        _world.Cloud.Control.HoldAcknowledgements();
        await Task.WhenAll(_world.Terminals.Take(20).Select(terminal => toZombie.AskAsync(terminal, "zombie-" + terminal, cancellationToken)));
        _world.History.Fault($"{zombie.Name} stands still");
        zombie.Freeze();
        _world.Cloud.Control.LoseAcknowledgements();
        await Run.UnderLoadAsync(
            new KickLoad(_till, [.. _world.Terminals.Skip(20)]) { UnderWay = 4, Pause = TimeSpan.FromMilliseconds(100) }, 0,
            () => Task.Delay(StandsStill, cancellationToken), cancellationToken);
        zombie.Thaw();
        _world.History.Fault($"{zombie.Name} goes on");
        await Task.WhenAll(_world.Terminals.Take(20).Select(terminal => _till.KickAsync(terminal, "zombie-" + terminal, cancellationToken)));
        await zombie.WaitUntilReadyAsync(cancellationToken);

        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        Assert.That(
            await _world.ScalarAsync<long>("select count(*) from kick_events where detail like 'taken over%'", cancellationToken), Is.GreaterThan(0));
    }

    [Test]
    public async Task Rolling_restarts_under_load_fail_no_request_of_a_till_that_repeats(CancellationToken cancellationToken)
    {
        var exits = new List<int?>();
        await Run.UnderLoadAsync(
            new KickLoad(_till, _world.Terminals) { UnderWay = 8 }, 100,
            async () =>
            {
                for (var restart = 0; restart < RollingRestarts; restart++)
                {
                    var node = _world.Nodes[restart % _world.Nodes.Count];
                    _world.History.Fault($"{node.Name} is replaced");
                    await node.TerminateAsync(cancellationToken);
                    exits.Add(node.ExitCode);
                    await node.StartAsync(cancellationToken: cancellationToken);
                }
            },
            cancellationToken);

        Assert.That(exits, Is.All.Zero, "each ended in good order");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Fifty_requests_at_once_with_one_key_on_three_nodes_are_one_kick(CancellationToken cancellationToken)
    {
        const string key = "fifty";
        var terminal = _world.Terminals[0];

        var first = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _till.AskAsync(terminal, key, cancellationToken)));
        var settled = await _till.KickAsync(terminal, key, cancellationToken);

        Assert.That(first.Select(answer => answer?.Status), Is.All.EqualTo(201).Or.EqualTo(202).Or.EqualTo(409));
        Assert.That(first.Where(answer => answer!.IsSuccess).Select(answer => answer!.KickId).Distinct(), Is.EqualTo(new[] { settled!.KickId }));
        Assert.That(await _world.ScalarAsync<long>($"select count(*) from kicks where reference = '{key}'", cancellationToken), Is.EqualTo(1));
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Node_whose_clock_is_an_hour_off_kicks_as_in_time_as_the_others(int hours, CancellationToken cancellationToken)
    {
        var node = _world.Nodes[2];
        await node.TerminateAsync(cancellationToken);
        var skewed = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = FakeTime.Library(),
            ["FAKETIME"] = string.Create(CultureInfo.InvariantCulture, $"{hours:+0;-0}h"),
        };
        await node.StartAsync(skewed, cancellationToken);
        _world.History.Fault($"{node.Name} is {hours} h off");
        using var there = new Till(_world.History, _world.Token, () => [node.Http]) { TtlSeconds = TtlSeconds };

        var answers = await Task.WhenAll(_world.Terminals.Take(20).Select(terminal => there.KickAsync(terminal, $"clock-{hours}-{terminal}", cancellationToken)));

        await node.TerminateAsync(cancellationToken);
        await node.StartAsync(cancellationToken: cancellationToken);
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        var ids = answers.Select(answer => answer!.KickId).ToHashSet();
        Assert.That(
            _world.History.Snapshot().OfType<Happening.OfTerminal>().Select(told => told.Event).OfType<TerminalEvent.SessionOpened>().Count(opened => ids.Contains(opened.KickId)),
            Is.EqualTo(ids.Count), "every terminal took its kick for a fresh one");
    }
}
