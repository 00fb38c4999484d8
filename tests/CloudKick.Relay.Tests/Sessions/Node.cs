using CloudKick.Relay.Hosting;
using CloudKick.Relay.Sessions;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Tas;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Sessions;

/// <summary>What a node of the relay has for sessions, on a shop's database.</summary>
internal sealed class Node : IAsyncDisposable
{
    private Node(Shop shop, NodeOptions options, TimeProvider? clock)
    {
        var time = clock ?? TimeProvider.System;
        Store = new SessionStore(shop.Tenants);
        Heartbeat = new NodeHeartbeat(Store, Identity, Options.Create(options), time, NullLogger<NodeHeartbeat>.Instance);
        Ends = new SessionEnds(Store, Options.Create(new SessionOptions()), time, NullLogger<SessionEnds>.Instance);
        Gate = new SessionGate(Store, Ends, Heartbeat, Identity, Options.Create(new SessionOptions()), TimeProvider.System, NullLogger<SessionGate>.Instance);
    }

    public NodeIdentity Identity { get; } = NodeIdentity.Create("test");

    public SessionStore Store { get; }

    public NodeHeartbeat Heartbeat { get; }

    public SessionEnds Ends { get; }

    public SessionGate Gate { get; }

    public static async Task<Node> StartAsync(Shop shop, CancellationToken cancellationToken, NodeOptions? options = null, TimeProvider? clock = null)
    {
        var node = new Node(shop, options ?? new NodeOptions(), clock);
        await node.Heartbeat.StartAsync(cancellationToken);
        await node.Ends.StartAsync(cancellationToken);
        return node;
    }

    public static TasArrival Arrival(string terminalId, string? kickId) =>
        new(new TasSessionId(Guid.CreateVersion7()), terminalId, kickId, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1));

    public static TasSession SessionOf(TasArrival arrival) =>
        new(arrival.SessionId, arrival.TerminalId, arrival.KickId, arrival.RemoteEndPoint, TimeProvider.System.GetUtcNow());

    public async Task StopAsync()
    {
        await Ends.StopAsync(CancellationToken.None);
        await Heartbeat.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Ends.Dispose();
        Heartbeat.Dispose();
    }
}

/// <summary>Sessions as the database has them.</summary>
internal static class SessionsInTheDatabase
{
    /// <summary>Why the session was closed; <c>live</c> while it is not, null when there is none.</summary>
    public static Task<string?> ReasonAsync(this Shop shop, TasSessionId session, CancellationToken cancellationToken) =>
        shop.Tenants.QuerySingleOrDefaultAsync<string>(
            Relay.Database.Tenant.Platform,
            "select case when closed_at is null then 'live' else close_reason end from tas_sessions where session_id = @id",
            new { id = session.Value },
            cancellationToken);

    /// <summary>Waits until the session is closed, and says why.</summary>
    public static Task<string?> ClosedAsync(this Shop shop, TasSessionId session, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => shop.ReasonAsync(session, cancellationToken), reason => reason is not "live", cancellationToken);
}
