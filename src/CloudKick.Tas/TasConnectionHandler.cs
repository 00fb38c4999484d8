using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas;

/// <summary>What Kestrel calls for every connection to the TAS port.</summary>
internal sealed class TasConnectionHandler(
    TasOptions options, ITasGate gate, TasSessions sessions, PendingConnections pending, TimeProvider timeProvider, ILogger<TasConnectionHandler> logger)
    : ConnectionHandler
{
    private const int KeepAliveProbes = 3;

    private long _accepted;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var entry = pending.TryEnter(connection.RemoteEndPoint);
        if (entry is null)
        {
            logger.LimitReached(connection.RemoteEndPoint, "all places for new connections");
            connection.Abort();
            return;
        }

        KeepAlive(connection.Features.Get<IConnectionSocketFeature>()?.Socket);
        var number = Interlocked.Increment(ref _accepted);
        var terminal = new TasConnection(number, connection, options, gate, sessions, timeProvider, logger);
        // Kestrel's own stop, not the host's first word of it: as long as the port is open, who comes is let in, and who has come still is.
        var stopping = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested;
        using var closing = stopping.Register(() => terminal.Close(TasCloseReason.NodeStopping));
        var reason = await terminal.RunAsync(entry).ConfigureAwait(false);

        // A peer that keeps to the protocol gets an orderly close; Kestrel would wait for any other to take its data.
        if (reason is TasCloseReason.Silent or TasCloseReason.ProtocolError or TasCloseReason.Lost)
            connection.Abort();
    }

    private void KeepAlive(Socket? socket)
    {
        if (socket is null)
            return;
        var seconds = (int)options.TcpKeepAliveTime.TotalSeconds;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / KeepAliveProbes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }
}
