using CloudKick.Faults.Histories;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Experiments;

/// <summary>Faults at random moments, all of them decided by the world's seed.</summary>
public static class Schedule
{
    // What a dying node has under way, at least, when it is to do most harm; as long as the load brings that much.
    private const int UnderWay = 4;
    private static readonly TimeSpan UnderWayWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Kills a random node, starts it again and waits until it is ready, so many times, with pauses between 0 and <paramref name="pause"/>;
    /// the others go on. It dies at a moment like any other, then with kicks that it has taken on and the broker does not have, then with
    /// kicks that the broker has and has not acknowledged; and so on in turn.
    /// </summary>
    public static async Task KillRandomNodesAsync(World world, int kills, TimeSpan pause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(world);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(pause * world.Random.NextDouble(), cancellationToken);
            var node = Any(world);
            if (kill % 3 == 1)
                await HoldPublishesAsync(world, node, cancellationToken);
            else if (kill % 3 == 2)
                await HoldAcknowledgementsAsync(world, node, cancellationToken);
            await world.KillAsync(node);
            world.LoseAcknowledgements();
            if (kill % 3 == 1)
                world.BrokerLink.ResetAll();
            world.BrokerLink.Heal();
            await node.StartAsync(cancellationToken: cancellationToken);
        }
    }

    /// <summary>One random fault after the other, each healed before the next, until the time is over. The first node is not killed.</summary>
    /// <param name="world">Where.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="told">Told of each fault in words.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RandomFaultsAsync(World world, TimeSpan duration, Action<string> told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(told);
        var until = world.History.Now + duration;
        // The first node lives through it all, so that it can be seen whether something grows; alone, nobody dies.
        var faults = world.Nodes.Count > 1 ? [.. Deadly, .. Faults] : Faults;
        while (world.History.Now < until)
        {
            var (name, strikeAsync) = faults[world.Random.Next(faults.Length)];
            world.History.Fault(name);
            told(name);
            await strikeAsync(world, cancellationToken);
            world.BrokerLink.Heal();
            world.TerminalLink.Heal();
            world.DatabaseLink.Heal();
            world.TasLink.Heal();
            foreach (var link in world.TillLinks)
                link.Heal();
            await Task.WhenAll(world.Nodes.Select(node => node.WaitUntilReadyAsync(cancellationToken)));
            await PauseAsync(world, 3, cancellationToken);
        }
    }

    private static readonly (string Name, Func<World, CancellationToken, Task> StrikeAsync)[] Deadly =
    [
        ("a node is killed", async (world, cancellationToken) =>
        {
            var node = Mortal(world);
            await world.KillAsync(node);
            await node.StartAsync(cancellationToken: cancellationToken);
        }),
        ("a node is replaced", async (world, cancellationToken) =>
        {
            var node = Mortal(world);
            await node.TerminateAsync(cancellationToken);
            await node.StartAsync(cancellationToken: cancellationToken);
        }),
    ];

    private static readonly (string Name, Func<World, CancellationToken, Task> StrikeAsync)[] Faults =
    [
        ("a node stands still", async (world, cancellationToken) =>
        {
            var node = Any(world);
            node.Freeze();
            await PauseAsync(world, 15, cancellationToken);
            node.Thaw();
        }),
        ("the broker is away", async (world, cancellationToken) =>
        {
            await world.Cloud.Control.GoDownAsync();
            await PauseAsync(world, 10, cancellationToken);
            await world.Cloud.Control.ComeBackAsync(cancellationToken);
        }),
        ("the broker forgets everything", async (world, cancellationToken) =>
        {
            await world.EndCloudAsync();
            await PauseAsync(world, 4, cancellationToken);
            await world.StartCloudAgainAsync(cancellationToken);
        }),
        ("acknowledgements come late", async (world, cancellationToken) =>
        {
            world.HoldAcknowledgements();
            await PauseAsync(world, 8, cancellationToken);
            world.ReleaseAcknowledgements();
        }),
        ("acknowledgements are lost", async (world, cancellationToken) =>
        {
            world.HoldAcknowledgements();
            await PauseAsync(world, 4, cancellationToken);
            world.LoseAcknowledgements();
        }),
        ("the broker's link is half open", (world, cancellationToken) => HangAsync(world, world.BrokerLink, 12, cancellationToken)),
        ("the database does not answer", (world, cancellationToken) => HangAsync(world, world.DatabaseLink, 6, cancellationToken)),
        ("terminals' links to the broker hang", (world, cancellationToken) => HangAsync(world, world.TerminalLink, 6, cancellationToken)),
        ("terminals' links to the broker tear", (world, cancellationToken) => TearAsync(world, world.TerminalLink, cancellationToken)),
        ("terminals' sessions hang", (world, cancellationToken) => HangAsync(world, world.TasLink, 6, cancellationToken)),
        ("a till's link to a node hangs", (world, cancellationToken) => HangAsync(world, AnyTillLink(world), 6, cancellationToken)),
        ("a till's link to a node tears", (world, cancellationToken) => TearAsync(world, AnyTillLink(world), cancellationToken)),
        ("answers to tills tear", (world, cancellationToken) => TearAnswersAsync(world, cancellationToken)),
        ("the broker's link tears", (world, cancellationToken) => TearAsync(world, world.BrokerLink, cancellationToken)),
        ("the database's link tears", (world, cancellationToken) => TearAsync(world, world.DatabaseLink, cancellationToken)),
        ("the database ends the relay's sessions", (world, cancellationToken) => world.ScalarAsync<long>(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'cloudkick_relay' and datname = current_database()", cancellationToken)),
    ];

    private static async Task HoldPublishesAsync(World world, RelayNode node, CancellationToken cancellationToken)
    {
        var until = world.History.Now + UnderWayWithin;
        world.BrokerLink.ToBackend.Faults = new LinkFaults { Hangs = true };
        while (await OpenAsync() < UnderWay && world.History.Now < until)
            await Task.Delay(Glance, cancellationToken);

        Task<long> OpenAsync() => world.ScalarAsync<long>(
            $"select count(*) from open_kicks where lease_owner like '{node.Name}-%'", cancellationToken);
    }

    private static async Task HoldAcknowledgementsAsync(World world, RelayNode node, CancellationToken cancellationToken)
    {
        var (until, before) = (world.History.Now + UnderWayWithin, Published());
        world.HoldAcknowledgements();
        while (Published() < before + UnderWay && world.History.Now < until)
            await Task.Delay(Glance, cancellationToken);

        int Published() => world.History.Snapshot().OfType<Happening.Published>().Count(published => published.ClientId.Contains($"-{node.Name}-", StringComparison.Ordinal));
    }

    private static async Task HangAsync(World world, FaultProxy link, int seconds, CancellationToken cancellationToken)
    {
        link.Inject(new LinkFaults { Hangs = true });
        await PauseAsync(world, seconds, cancellationToken);
        // What the link held is gone, as in a network.
        link.ResetAll();
    }

    private static async Task TearAsync(World world, FaultProxy link, CancellationToken cancellationToken)
    {
        for (var tear = 0; tear < 10; tear++)
        {
            link.Inject(new LinkFaults { ResetsAfterBytes = world.Random.Next(1, 20_000), SliceBytes = world.Random.Next(1, 200) });
            await PauseAsync(world, 1, cancellationToken);
        }
    }

    // What was asked has been done, and the till does not hear of it.
    private static async Task TearAnswersAsync(World world, CancellationToken cancellationToken)
    {
        for (var tear = 0; tear < 10; tear++)
        {
            foreach (var link in world.TillLinks)
                link.ToClient.Faults = new LinkFaults { ResetsAfterBytes = world.Random.Next(1, 2_000) };
            await PauseAsync(world, 1, cancellationToken);
        }
    }

    private static FaultProxy AnyTillLink(World world) => world.TillLinks[world.Random.Next(world.TillLinks.Count)];

    private static RelayNode Mortal(World world) => world.Nodes[world.Random.Next(1, world.Nodes.Count)];

    private static RelayNode Any(World world) => world.Nodes[world.Random.Next(world.Nodes.Count)];

    private static Task PauseAsync(World world, int seconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(seconds * world.Random.NextDouble()), cancellationToken);
}
