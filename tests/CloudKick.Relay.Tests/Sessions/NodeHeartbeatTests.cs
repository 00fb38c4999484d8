using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Tas;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Sessions;

[CancelAfter(120_000)]
internal sealed class NodeHeartbeatTests
{
    private Shop _shop = null!;

    [SetUp]
    public async Task OpenShop() => _shop = await Shop.OpenAsync();

    [TearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task A_started_node_is_known_and_a_stopped_one_is_not(CancellationToken cancellationToken)
    {
        await using var node = await Node.StartAsync(_shop, cancellationToken);
        var started = await NodesAsync(cancellationToken);
        var alive = node.Heartbeat.IsAlive;

        await node.StopAsync();

        Assert.That((alive, started), Is.EqualTo((true, node.Identity.Name)));
        Assert.That(await NodesAsync(cancellationToken), Is.Null);
    }

    [Test]
    public async Task Sessions_that_are_left_end_with_the_node(CancellationToken cancellationToken)
    {
        await using var node = await Node.StartAsync(_shop, cancellationToken);
        var session = await OpenAsync(node, cancellationToken);

        await node.StopAsync();

        Assert.That(await _shop.ReasonAsync(session, cancellationToken), Is.EqualTo("node_stopped"));
    }

    [Test]
    public async Task Sessions_of_a_node_that_fell_silent_are_closed_by_another(CancellationToken cancellationToken)
    {
        // Its clock stands still, so it beats once.
        await using var silent = await Node.StartAsync(_shop, cancellationToken, clock: new ManualTimeProvider());
        var session = await OpenAsync(silent, cancellationToken);

        await using var other = await Node.StartAsync(
            _shop, cancellationToken, new NodeOptions { Heartbeat = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(1) });

        Assert.That(await _shop.ClosedAsync(session, cancellationToken), Is.EqualTo("node_lost"));
    }

    [Test]
    public async Task A_heartbeat_that_comes_too_late_is_told(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var options = new NodeOptions { Heartbeat = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(5) };
        await using var node = await Node.StartAsync(_shop, cancellationToken, options, clock);
        var lapsed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Heartbeat.Lapsed += () => lapsed.TrySetResult();

        await clock.WaitForTimerAsync(options.Heartbeat, cancellationToken);
        clock.Advance(options.Heartbeat);

        await lapsed.Task.WaitAsync(cancellationToken);
        Assert.That(node.Heartbeat.IsAlive, Is.True);
    }

    [Test]
    public async Task An_outage_is_survived(CancellationToken cancellationToken)
    {
        var options = new NodeOptions { Heartbeat = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(1) };
        await using var node = await Node.StartAsync(_shop, cancellationToken, options);
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
            await UntilAsync(() => !node.Heartbeat.IsAlive, cancellationToken);

        await UntilAsync(() => node.Heartbeat.IsAlive, cancellationToken);
    }

    [Test]
    public async Task A_node_starts_without_its_database(CancellationToken cancellationToken)
    {
        Node node;
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
            node = await Node.StartAsync(_shop, cancellationToken);

        await UntilAsync(() => node.Heartbeat.IsAlive, cancellationToken);
        await node.DisposeAsync();
    }

    private static Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        Eventually.BecomesAsync(() => Task.FromResult(condition()), true, cancellationToken);

    private async Task<TasSessionId> OpenAsync(Node node, CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        var arrival = Node.Arrival("T1", kick.ToString());
        Assert.That(await node.Gate.AdmitAsync(arrival, cancellationToken), Is.EqualTo(TasAdmission.Admitted));
        return arrival.SessionId;
    }

    private Task<string?> NodesAsync(CancellationToken cancellationToken) =>
        _shop.Tenants.QuerySingleOrDefaultAsync<string>(Tenant.Platform, "select string_agg(node, ',') from nodes", null, cancellationToken);
}
