using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Listens on a loopback port and does what the test says; nothing by itself.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<ScriptedPeer> _peers = [];
    private readonly SslServerAuthenticationOptions? _tls;

    public ScriptedServer(SslServerAuthenticationOptions? tls = null)
    {
        _tls = tls;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public MqttEndpoint Endpoint => new("127.0.0.1", Port);

    /// <summary>The next connection, after its TLS handshake if there is one; throws what the handshake throws.</summary>
    public async Task<ScriptedPeer> AcceptAsync(CancellationToken cancellationToken, MqttProtocolVersion version = MqttProtocolVersion.V5)
    {
        var socket = await _listener.AcceptSocketAsync(cancellationToken);
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_tls is not null)
        {
            var tls = new SslStream(stream);
            stream = tls;
            try
            {
                await tls.AuthenticateAsServerAsync(_tls, cancellationToken);
            }
            catch
            {
                await tls.DisposeAsync();
                throw;
            }
        }
        var peer = new ScriptedPeer(socket, stream, version);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>The next connection, and its CONNECT accepted.</summary>
    public async Task<ScriptedPeer> AcceptMqttAsync(
        CancellationToken cancellationToken, ConnAckPacket? connAck = null, MqttProtocolVersion version = MqttProtocolVersion.V5)
    {
        var peer = await AcceptAsync(cancellationToken, version);
        peer.Connect = await peer.ReceiveAsync<ConnectPacket>(cancellationToken);
        await peer.SendAsync(connAck ?? new ConnAckPacket { ReasonCode = MqttReasonCode.Success }, cancellationToken);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var peer in _peers)
            await peer.DisposeAsync();
    }
}
