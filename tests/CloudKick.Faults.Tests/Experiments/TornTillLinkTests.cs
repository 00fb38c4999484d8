using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// The link between a till and a node dribbles and is reset after the first byte of a request, its second, and so on to its last, and likewise of
/// the answer: the till repeats, and has one kick that went out once.
/// </summary>
[Patience]
internal sealed class TornTillLinkTests
{
    private const int TtlSeconds = 20;
    private const int SliceBytes = 16;
    private const int MoreThanAConversation = 3_000;

    // The token and the body alone are longer.
    private const int ShortestConversation = 200;

    // Each tears another byte at a time.
    private const int Links = 4;

    private readonly List<FaultProxy> _links = [];
    private World _world = null!;
    private Till _sound = null!;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 120 });
        _sound = Run.Till(_world, TtlSeconds);
        _links.AddRange(Enumerable.Range(0, Links).Select(i => new FaultProxy(Run.Seed + i, null, _world.Nodes[i % _world.Nodes.Count].HttpEndpoint)));
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheWorld()
    {
        foreach (var link in _links)
            await link.DisposeAsync();
        _sound.Dispose();
        await _world.DisposeAsync();
    }

    [Test]
    public Task Request_that_is_torn_after_any_byte_and_repeated_is_one_kick_that_goes_out_once(CancellationToken cancellationToken) =>
        TearAsync("request", link => link.ToBackend, cancellationToken);

    [Test]
    public Task Answer_that_is_torn_after_any_byte_and_asked_for_again_is_one_kick_that_goes_out_once(CancellationToken cancellationToken) =>
        TearAsync("answer", link => link.ToClient, cancellationToken);

    private async Task TearAsync(string what, Func<FaultProxy, LinkControl> way, CancellationToken cancellationToken)
    {
        var torn = new ConcurrentBag<int>();
        await Task.WhenAll(_links.Select((link, first) => TearAsync(link, first)));

        TestContext.Progress.WriteLine($"{what}: torn after {torn.Count} bytes, {torn.Max()} at most");
        Assert.That(torn, Is.SupersetOf(Enumerable.Range(0, ShortestConversation)), "after every byte");
        Assert.That(torn.Max(), Is.LessThan(MoreThanAConversation - Links), "the conversation has an end");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        var history = _world.History.Snapshot();
        Assert.That(
            await _world.ScalarAsync<long>("select count(*) from kicks", cancellationToken),
            Is.EqualTo(history.OfType<Happening.Asked>().Select(asked => asked.Key).Distinct().Count()));
        // No more often than there were attempts that sent it: one, but for what a busy machine keeps from being acknowledged in time. What was
        // asked for while its terminal was connected needed none.
        var published = history.OfType<Happening.Published>().CountBy(published => published.KickId).ToDictionary();
        var record = await RecordReader.ReadAsync(_world.Superuser, cancellationToken);
        var notSent = record.Events.Where(step => step.Event == "attempt_not_sent").CountBy(step => step.KickId).ToDictionary();
        Assert.That(
            record.Kicks.Where(kick => published.GetValueOrDefault(kick.KickId) is var times
                && (times > kick.Attempt - notSent.GetValueOrDefault(kick.KickId) || (times == 0 && kick.Attempt > 0))),
            Is.Empty, "went out once");

        async Task TearAsync(FaultProxy link, int first)
        {
            using var till = new Till(_world.History, _world.TokenOf, () => [new Uri($"http://{link.Endpoint}/")])
            {
                TtlSeconds = TtlSeconds,
                RequestTimeout = TimeSpan.FromSeconds(30),
            };
            for (var bytes = first; bytes < MoreThanAConversation; bytes += Links)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"{what}-{bytes}");
                var terminal = _world.Terminals[bytes % _world.Terminals.Count];
                way(link).Faults = new LinkFaults { SliceBytes = SliceBytes, ResetsAfterBytes = bytes };
                var answer = await till.AskAsync(terminal, key, cancellationToken);
                await _sound.KickAsync(terminal, key, cancellationToken);
                if (answer is { IsSuccess: true })
                    break;
                if (answer is null)
                    torn.Add(bytes);
            }
            way(link).Faults = LinkFaults.None;
        }
    }
}
