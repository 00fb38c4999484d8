using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CloudKick.Opi;

namespace CloudKick.Tas.Tests;

/// <summary>A socket that plays a terminal, well or badly.</summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly Socket _socket;
    private readonly OpiChannel _channel;

    private RawTerminal(Socket socket, Stream stream)
    {
        _socket = socket;
        Stream = stream;
        _channel = new OpiChannel(new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream)));
    }

    public Stream Stream { get; }

    public static async Task<RawTerminal> ConnectAsync(int port, CancellationToken cancellationToken, Func<Stream, Task<Stream>>? wrap = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new RawTerminal(socket, wrap is null ? stream : await wrap(stream));
    }

    /// <summary>Connects, waits for GetStatus and answers it.</summary>
    public static async Task<RawTerminal> ArriveAsync(int port, string terminalId, string? kickId, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(port, cancellationToken);
        await terminal.AnswerStatusAsync(terminalId, kickId, cancellationToken);
        return terminal;
    }

    public async Task<ServiceRequest> ReceiveAsync(CancellationToken cancellationToken) =>
        (ServiceRequest)(await _channel.ReceiveAsync(cancellationToken) ?? throw new EndOfStreamException("The TAS closed."));

    public ValueTask SendAsync(OpiMessage message, CancellationToken cancellationToken) => _channel.SendAsync(message, cancellationToken);

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Stream.WriteAsync(bytes, cancellationToken);

    public async Task<OpiHeader> AnswerStatusAsync(string? terminalId, string? kickId, CancellationToken cancellationToken)
    {
        var request = await ReceiveAsync(cancellationToken);
        await SendAsync(Status(request.Header, terminalId, kickId), cancellationToken);
        return request.Header;
    }

    public static ServiceResponse Status(OpiHeader header, string? terminalId, string? kickId = null) => new(header, OpiResult.Success)
    {
        Terminal = new OpiTerminal { TerminalId = terminalId },
        PrivateData = kickId is null ? null : new PrivateData { KickId = kickId },
    };

    /// <summary>Completes when the TAS has closed, in order or by a reset; whole messages on the way are read over.</summary>
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

    /// <summary>Says that nothing more will be sent, and still reads.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Breaks the connection with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose() => Stream.Dispose();

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
