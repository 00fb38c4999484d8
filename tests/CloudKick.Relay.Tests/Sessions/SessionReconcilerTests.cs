using CloudKick.Relay.Database;
using CloudKick.Relay.Sessions;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Tas;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Sessions;

[CancelAfter(120_000)]
internal sealed class SessionReconcilerTests
{
    private Shop _shop = null!;

    [SetUp]
    public async Task OpenShop() => _shop = await Shop.OpenAsync();

    [TearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task A_session_that_another_node_replaced_is_closed_here(CancellationToken cancellationToken)
    {
        await using var here = await TasNode.StartAsync(_shop, cancellationToken);
        await using var there = await TasNode.StartAsync(_shop, cancellationToken);
        var first = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        using var older = await here.ArriveAsync("T1", first.ToString(), cancellationToken);
        var replaced = here.Tas.Sessions.Snapshot().Single().Id;
        // While it is live, a kick is answered at once and opens nothing: so the next kick comes while it seems to have ended.
        await EndInTheDatabaseAsync(replaced, cancellationToken);
        var second = await _shop.KickAsync("T1", _shop.Bakery, cancellationToken);
        await ReviveInTheDatabaseAsync(replaced, cancellationToken);

        using var newer = await there.ArriveAsync("T1", second.ToString(), cancellationToken);
        await older.WaitForCloseAsync(cancellationToken);

        Assert.That(await _shop.ReasonAsync(replaced, cancellationToken), Is.EqualTo("replaced"));
        Assert.That(there.Tas.Sessions.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_session_that_ended_in_the_database_unheard_is_closed_by_comparing(CancellationToken cancellationToken)
    {
        await using var node = await TasNode.StartAsync(_shop, cancellationToken);
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        using var terminal = await node.ArriveAsync("T1", kick.ToString(), cancellationToken);
        await EndInTheDatabaseAsync(node.Tas.Sessions.Snapshot().Single().Id, cancellationToken);

        await node.Reconciler.ReconcileAsync(cancellationToken);

        await terminal.WaitForCloseAsync(cancellationToken);
    }

    [Test]
    public async Task A_session_without_a_connection_is_closed_once_it_is_settled(CancellationToken cancellationToken)
    {
        await using var node = await TasNode.StartAsync(_shop, cancellationToken);
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        var orphan = new TasSessionId(Guid.CreateVersion7());
        await node.Node.Store.OpenAsync(orphan.Value, "T1", kick.Value, node.Node.Identity.Name, "remote", cancellationToken);

        await node.Reconciler.ReconcileAsync(cancellationToken);
        var young = await _shop.ReasonAsync(orphan, cancellationToken);
        await ExecuteAsOwnerAsync($"update tas_sessions set opened_at = opened_at - interval '1 hour' where session_id = '{orphan}'", cancellationToken);
        await node.Reconciler.ReconcileAsync(cancellationToken);

        Assert.That(young, Is.EqualTo("live"));
        Assert.That(await _shop.ClosedAsync(orphan, cancellationToken), Is.EqualTo("lost"));
    }

    [Test]
    public async Task Sessions_that_are_alike_on_both_sides_are_left_alone(CancellationToken cancellationToken)
    {
        await using var node = await TasNode.StartAsync(_shop, cancellationToken);
        var kick = await _shop.AddKickedTerminalAsync("T1", _shop.Bakery, cancellationToken);
        using var terminal = await node.ArriveAsync("T1", kick.ToString(), cancellationToken);
        var session = node.Tas.Sessions.Snapshot().Single().Id;

        await node.Reconciler.ReconcileAsync(cancellationToken);

        Assert.That(node.Tas.Sessions.Count, Is.EqualTo(1));
        Assert.That(await _shop.ReasonAsync(session, cancellationToken), Is.EqualTo("live"));
    }

    private Task EndInTheDatabaseAsync(TasSessionId session, CancellationToken cancellationToken) =>
        ExecuteAsOwnerAsync($"update tas_sessions set closed_at = now(), close_reason = 'node_lost' where session_id = '{session}'", cancellationToken);

    private Task ReviveInTheDatabaseAsync(TasSessionId session, CancellationToken cancellationToken) =>
        ExecuteAsOwnerAsync($"update tas_sessions set closed_at = null, close_reason = null where session_id = '{session}'", cancellationToken);

    private async Task ExecuteAsOwnerAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _shop.Database.Owner.CreateCommand(sql);
        Assert.That(await command.ExecuteNonQueryAsync(cancellationToken), Is.EqualTo(1));
    }

    /// <summary>A node with a TAS that terminals can reach.</summary>
    private sealed class TasNode : IAsyncDisposable
    {
        private readonly DatabaseNotifications _notifications;

        private TasNode(Shop shop, Node node, TasServer tas)
        {
            (Node, Tas) = (node, tas);
            _notifications = new DatabaseNotifications(
                shop.Database.Service, new KickConnections(shop.Database.Service, shop.Database.Service), TimeProvider.System, NullLogger<DatabaseNotifications>.Instance);
            Reconciler = new SessionReconciler(
                tas.Sessions, node.Store, node.Ends, node.Heartbeat, _notifications, node.Identity, Options.Create(new SessionOptions()),
                TimeProvider.System, NullLogger<SessionReconciler>.Instance);
        }

        public Node Node { get; }

        public TasServer Tas { get; }

        public SessionReconciler Reconciler { get; }

        public static async Task<TasNode> StartAsync(Shop shop, CancellationToken cancellationToken)
        {
            var node = await Node.StartAsync(shop, cancellationToken);
            var tas = await TasServer.StartAsync(
                new TasOptions { Address = System.Net.IPAddress.Loopback, Port = 0 }, node.Gate, null, null, cancellationToken);
            var started = new TasNode(shop, node, tas);
            await started._notifications.StartAsync(cancellationToken);
            await started.Reconciler.StartAsync(cancellationToken);
            await started._notifications.Listening.WaitAsync(cancellationToken);
            return started;
        }

        /// <summary>A terminal that has been let in.</summary>
        public async Task<ArrivingTerminal> ArriveAsync(string terminalId, string kickId, CancellationToken cancellationToken)
        {
            var terminal = await ArrivingTerminal.ArriveAsync(Tas.Port, terminalId, kickId, cancellationToken);
            await Eventually.BecomesAsync(() => Task.FromResult(Tas.Sessions.TryGet(terminalId, out _)), true, cancellationToken);
            return terminal;
        }

        public async ValueTask DisposeAsync()
        {
            await Tas.DisposeAsync();
            await Reconciler.StopAsync(CancellationToken.None);
            await _notifications.StopAsync(CancellationToken.None);
            await Node.DisposeAsync();
            Reconciler.Dispose();
            _notifications.Dispose();
        }
    }
}
