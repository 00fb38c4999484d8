using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Nodes are replaced as a deployment does it, and nothing else goes wrong: there is nothing for a till to repeat, and no kick comes to nothing.</summary>
[Patience]
internal sealed class RollingRestartTests
{
    private const int TtlSeconds = 10;

    // Kicks that are waited for at a node when it is told to stop.
    private const int WaitedFor = 3;

    // A load balancer needs a fraction of it, also on a machine that is everybody's; what is waited for is still under way when it has passed.
    private static readonly TimeSpan DrainDelay = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(20);

    // Either way: whenever a node closes its TAS port, terminals are being asked who they are.
    private static readonly LinkFaults MobileNetwork = new() { Latency = TimeSpan.FromMilliseconds(150) };

    [Test]
    public async Task Rolling_restarts_behind_a_load_balancer_leave_no_request_without_its_answer_and_no_terminal_at_the_door(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 60, Settings = new Dictionary<string, string> { ["CloudKick:Http:DrainDelay"] = DrainDelay.ToString() } },
            cancellationToken);
        // Kicks for those that are away have no end for as long as they are waited for.
        var away = world.Terminals.Take(WaitedFor * world.Nodes.Count).ToArray();
        string[] present = [.. world.Terminals.Except(away)];
        await world.PlayBriefSessionsAsync(cancellationToken, present);
        // Terminals go to any node that takes their connection.
        world.TasLink.Inject(MobileNetwork);
        await using var balancer = new LoadBalancer(world);
        using var till = new Till(world.History, world.TokenOf, () => [balancer.Address]) { TtlSeconds = TtlSeconds };

        var waited = new List<Happening.Answered?>();
        await Run.UnderLoadAsync(
            new KickLoad(till, present) { UnderWay = 4, Pause = TimeSpan.FromMilliseconds(20) }, 100,
            async () =>
            {
                foreach (var (node, terminals) in world.Nodes.Zip(away.Chunk(WaitedFor)))
                {
                    using var patient = new Till(world.History, world.TokenOf, () => [node.Http]) { TtlSeconds = TtlSeconds, Wait = Wait, RequestTimeout = WaitTimeout };
                    var waiting = Task.WhenAll(terminals.Select(terminal => patient.AskAsync(terminal, $"waited-{terminal}", cancellationToken)));
                    await Eventually.BecomesAsync(() => TakenOnAsync(world, terminals, cancellationToken), terminals.Length, cancellationToken);
                    world.History.Fault($"{node.Name} is replaced");
                    await node.TerminateAsync(cancellationToken);
                    Assert.That(node.ExitCode, Is.Zero, node.Log);
                    waited.AddRange(await waiting);
                    await node.StartAsync(cancellationToken: cancellationToken);
                }
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
        var history = world.History.Snapshot();
        Assert.That(history.OfType<Happening.Unanswered>(), Is.Empty, "each within the till's five seconds");
        Assert.That(history.OfType<Happening.Answered>().Where(answer => !answer.IsSuccess && answer.Text != "kick-in-progress"), Is.Empty, "no reason to ask again is the relay's own");
        Assert.That(waited.Select(answer => answer?.IsSuccess), Is.EqualTo(Enumerable.Repeat(true, away.Length)), "what a node had under way when it was told to stop, it answers");
        Assert.That(await NotConnectedAsync(world, present, cancellationToken), Is.Null, "each terminal that came was let in");
    }

    private static Task<long> TakenOnAsync(World world, string[] terminals, CancellationToken cancellationToken) =>
        world.ScalarAsync<long>($"select count(*) from kicks where terminal_id in ({Literals(terminals)})", cancellationToken);

    // Each with what happened to it; null when there is none.
    private static Task<string?> NotConnectedAsync(World world, string[] terminals, CancellationToken cancellationToken) => world.ScalarAsync<string?>(
        $"""
        select string_agg(history, E'\n')
        from (
            select concat_ws(' ', k.kick_id, k.terminal_id, k.state, k.broker_outcome, string_agg(concat_ws(' ', e.at::time, e.event, e.node, e.detail), ', ' order by e.event_id)) as history
            from kicks k join kick_events e using (kick_id)
            where k.terminal_id in ({Literals(terminals)}) and k.state <> 'connected'
            group by k.kick_id
        ) h
        """,
        cancellationToken);

    private static string Literals(string[] terminals) => string.Join(',', terminals.Select(terminal => $"'{terminal}'"));
}
