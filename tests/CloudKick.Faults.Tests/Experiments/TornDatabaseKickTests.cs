using System.Globalization;
using System.Net;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// The link between a node and the database dribbles and is reset somewhere while a kick is taken on, committed and recorded: whoever asked has
/// the kick or 503, and with the same key the one kick.
/// </summary>
/// <remarks>Nobody plays the terminals: what the database is asked for a session would come between the tear and the kick that it is meant for.</remarks>
[Patience]
internal sealed class TornDatabaseKickTests
{
    // Longer than a lease, after which a kick goes out of which only the database knows; and time to spare on a busy machine. In full size there is
    // always a tear to come, which a sweep may take and the next one too.
    private static readonly int TtlSeconds = Size.Of(12, 60);
    private const int SliceBytes = 64;
    private const int MoreThanAConversation = 10_000;

    // Login, statement and commit, either way.
    private const int ShortestConversation = 1_000;

    // In a row whose tear was still to come when they were answered: then the conversation has no more bytes to tear.
    private const int Untorn = 2;

    // Prime, and begun at another byte by each seed: over the runs every byte comes up. In full size, each of them at once.
    private static readonly int Step = Size.Of(53, 1);

    private World _world = null!;
    private int _keys;

    private enum Outcome
    {
        Untorn,
        RefusedAndNotStored,
        RefusedAndStored,
        AcceptedAllTheSame,
    }

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions
        {
            Seed = Run.Seed,
            Nodes = 1,
            // In full size one for each kick, so that none meets one that is still open.
            Terminals = Size.Of(200, 4_000),
            // Each statement on a connection of its own, which begins with its login: which byte of which conversation a tear meets would else
            // depend on the connections that earlier tears left.
            ConnectionString = direct => Task.FromResult(direct + ";Pooling=false"),
            // Fewer sweeps in between, which take tears too.
            Settings = new Dictionary<string, string> { ["CloudKick:Kicks:SweepInterval"] = "00:00:02" },
        });
    }

    [OneTimeTearDown]
    public async Task EndTheWorld() => await _world.DisposeAsync();

    [Test]
    public async Task Link_to_the_database_that_is_torn_while_a_kick_is_decided_committed_and_recorded_leaves_one_kick(CancellationToken cancellationToken)
    {
        using var till = new Till(_world.History, _world.TokenOf, () => [_world.Nodes[0].Http])
        {
            TtlSeconds = TtlSeconds,
            RequestTimeout = TimeSpan.FromSeconds(30),
        };
        // What the first kick needs once, the key's owner and the types of the database, is not to be torn.
        await till.KickAsync(_world.Terminals[0], "first", cancellationToken);

        var there = await TearAsync(till, "there", _world.DatabaseLink.ToBackend, cancellationToken);
        var back = await TearAsync(till, "back", _world.DatabaseLink.ToClient, cancellationToken);

        Assert.That(there, Does.Contain(Outcome.RefusedAndNotStored).And.Contain(Outcome.AcceptedAllTheSame), "before the commit and behind it");
        Assert.That(back, Does.Contain(Outcome.RefusedAndNotStored).And.Contain(Outcome.AcceptedAllTheSame), "likewise");
        // A commit's answer is short: of the few tears that are meant for it, something else beside the kick may take each.
        if (Size.IsFull)
            Assert.That(back, Does.Contain(Outcome.RefusedAndStored), "between the two");
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        var history = _world.History.Snapshot();
        var keys = history.OfType<Happening.Asked>().Select(asked => asked.Key).Distinct().Count();
        Assert.That(await _world.ScalarAsync<long>("select count(*) from kicks", cancellationToken), Is.EqualTo(keys));
        Assert.That(history.OfType<Happening.Published>().Select(published => published.KickId).Distinct().Count(), Is.EqualTo(keys), "each went out");
    }

    private async Task<List<Outcome>> TearAsync(Till till, string name, LinkControl way, CancellationToken cancellationToken)
    {
        var outcomes = new List<Outcome>();
        var untorn = 0;
        var bytes = 1 + Run.Seed % Step;
        for (; bytes < MoreThanAConversation && untorn < Untorn; bytes += Step)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{name}-{bytes}");
            var terminal = _world.Terminals[1 + _keys++ % (_world.Terminals.Count - 1)];
            way.Faults = new LinkFaults { SliceBytes = SliceBytes, TearsOnceAfterBytes = bytes };
            var answer = await till.AskAsync(terminal, key, cancellationToken);
            var tore = !way.IsToTear;
            way.Faults = LinkFaults.None;

            Assert.That(answer, Is.Not.Null, $"torn after {bytes} bytes {name}");
            Assert.That(answer.IsSuccess || answer.Status == (int)HttpStatusCode.ServiceUnavailable, Is.True, $"torn after {bytes} bytes {name}: {answer}");
            untorn = tore ? 0 : untorn + 1;
            if (answer.IsSuccess)
            {
                outcomes.Add(tore ? Outcome.AcceptedAllTheSame : Outcome.Untorn);
            }
            else
            {
                var stored = await _world.ScalarAsync<long>($"select count(*) from kicks where reference = '{key}'", cancellationToken);
                outcomes.Add(stored == 0 ? Outcome.RefusedAndNotStored : Outcome.RefusedAndStored);
            }
            var again = await till.KickAsync(terminal, key, cancellationToken);
            if (answer.IsSuccess)
                Assert.That(again?.KickId, Is.EqualTo(answer.KickId));
        }
        TestContext.Progress.WriteLine(
            $"{name}: every {Step} of {bytes} bytes; {string.Join(", ", outcomes.CountBy(outcome => outcome).Select(count => $"{count.Value} {count.Key}"))}");
        Assert.That(bytes, Is.InRange(ShortestConversation, MoreThanAConversation - 1), "the conversation has an end");
        return outcomes;
    }
}
