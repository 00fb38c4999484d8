using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CloudKick.Opi;

namespace CloudKick.Relay.Tests.Sessions;

/// <summary>A terminal at the TAS, as far as a session takes.</summary>
internal sealed class ArrivingTerminal : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly OpiChannel _channel;

    private ArrivingTerminal(NetworkStream stream)
    {
        _stream = stream;
        _channel = new OpiChannel(new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream)));
    }

    /// <summary>Connects and says who it is.</summary>
    public static async Task<ArrivingTerminal> ArriveAsync(int port, string terminalId, string? kickId, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        var terminal = new ArrivingTerminal(new NetworkStream(socket, ownsSocket: true));
        var request = (ServiceRequest)(await terminal._channel.ReceiveAsync(cancellationToken))!;
        var answer = new ServiceResponse(request.Header, OpiResult.Success)
        {
            Terminal = new OpiTerminal { TerminalId = terminalId },
            PrivateData = kickId is null ? null : new PrivateData { KickId = kickId },
        };
        await terminal._channel.SendAsync(answer, cancellationToken);
        return terminal;
    }

    /// <summary>Completes when the TAS has closed the connection.</summary>
    public async Task WaitForCloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _channel.ReceiveAsync(cancellationToken) is not null)
            {
            }
        }
        catch (IOException)
        {
            // A reset is a close.
        }
    }

    public void Dispose() => _stream.Dispose();

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
