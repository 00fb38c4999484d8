using System.Globalization;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Terminal;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Nodes that are replaced one after the other, are asked the same at once, or have another time than the rest.</summary>
[Patience]
internal sealed class NodeTests
{
    private const int TtlSeconds = 20;

    // Bytes of a few answers on one connection.
    private const int LongestAnswers = 3_000;
    private static readonly int RollingRestarts = Size.Of(6, 20);

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
    public async Task Rolling_restarts_under_load_fail_no_request_of_a_till_that_repeats(CancellationToken cancellationToken)
    {
        var exits = new List<int?>();
        using var till = Run.Till(_world, TtlSeconds, overLinks: true);
        await Run.UnderLoadAsync(
            new KickLoad(till, _world.Terminals) { UnderWay = 8 }, 100,
            async () =>
            {
                for (var restart = 0; restart < RollingRestarts; restart++)
                {
                    // Answers of another one are torn meanwhile: what was asked for is done, and the till does not hear of it.
                    var (node, torn) = (_world.Nodes[restart % _world.Nodes.Count], _world.TillLinks[(restart + 1) % _world.Nodes.Count]);
                    torn.ToClient.Faults = new LinkFaults { ResetsAfterBytes = _world.Random.Next(1, LongestAnswers) };
                    _world.History.Fault($"{node.Name} is replaced");
                    await node.TerminateAsync(cancellationToken);
                    exits.Add(node.ExitCode);
                    await node.StartAsync(cancellationToken: cancellationToken);
                    torn.Heal();
                }
            },
            cancellationToken);

        Assert.That(exits, Has.Count.EqualTo(RollingRestarts).And.All.Zero, "each ended in good order");
        Assert.That(_world.History.Snapshot().OfType<Happening.Unanswered>(), Is.Not.Empty, "answers were torn");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Fifty_requests_at_once_with_one_key_on_three_nodes_are_one_kick(CancellationToken cancellationToken)
    {
        const string key = "fifty";
        var terminal = _world.Terminals[0];

        var others = _till.KickAsync(_world.Terminals[1], key, cancellationToken);
        var first = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _till.AskAsync(terminal, key, cancellationToken)));
        var settled = await _till.KickAsync(terminal, key, cancellationToken);

        Assert.That(first.Select(answer => answer?.Status), Is.All.EqualTo(201).Or.EqualTo(202).Or.EqualTo(409));
        Assert.That(first.Where(answer => answer!.IsSuccess).Select(answer => answer!.KickId).Distinct(), Is.EqualTo(new[] { settled!.KickId }));
        Assert.That((await others)?.KickId, Is.Not.Null.And.Not.EqualTo(settled.KickId), "another merchant's same key is a kick of its own");
        Assert.That(
            await _world.ScalarAsync<long>($"select count(*) from kicks where reference = '{key}' and terminal_id = '{terminal}'", cancellationToken), Is.EqualTo(1));
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
        using var there = new Till(_world.History, _world.TokenOf, () => [node.Http]) { TtlSeconds = TtlSeconds };

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
