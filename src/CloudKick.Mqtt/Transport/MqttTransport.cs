using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace CloudKick.Mqtt.Transport;

/// <summary>A byte stream to a server, over TCP or TLS. One reader and one writer at a time.</summary>
public sealed class MqttTransport : IDuplexPipe, IAsyncDisposable
{
    // Zero-byte reads: a connection that only waits holds no buffer, which counts when one process holds thousands.
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 16 * 1024, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true);
    private static readonly StreamPipeReaderOptions DedicatedReaderOptions = new(bufferSize: 16 * 1024, minimumReadSize: 1024, leaveOpen: true);
    private static readonly StreamPipeWriterOptions WriterOptions = new(leaveOpen: true);

    private readonly Socket _socket;

    private MqttTransport(Socket socket, Stream stream, bool dedicatedThread)
    {
        _socket = socket;
        Stream = stream;
        Input = PipeReader.Create(stream, dedicatedThread ? DedicatedReaderOptions : ReaderOptions);
        Output = PipeWriter.Create(stream, WriterOptions);
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>
    /// For writes that are complete in themselves: <see cref="Output"/> adds nothing to those, and takes a cancellation that comes as a write
    /// succeeds out on the next one.
    /// </summary>
    internal Stream Stream { get; }

    /// <summary>Opens the stream. Has no timeout of its own: give a token that has one.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="dedicatedThread">
    /// Reading blocks the thread that reads: it needs one of its own, as <see cref="PolledStream"/> says.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MqttConnectException">DNS, TCP or TLS failed; the message says how.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<MqttTransport> ConnectAsync(MqttEndpoint endpoint, bool dedicatedThread, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(endpoint, cancellationToken);
        if (dedicatedThread)
            await new OwnThread();
        var socket = await ConnectSocketAsync(endpoint, addresses, dedicatedThread, cancellationToken);
        try
        {
            Stream stream = dedicatedThread ? new PolledStream(socket) : new NetworkStream(socket, ownsSocket: false);
            if (endpoint.Tls is { } tls)
                stream = await TlsHandshake.AuthenticateAsync(stream, endpoint, tls, cancellationToken);
            return new MqttTransport(socket, stream, dedicatedThread);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tells the peer that nothing more will come, where TLS can say so. Fails as a write fails.</summary>
    public async ValueTask ShutdownAsync()
    {
        if (Stream is SslStream tls)
            await tls.ShutdownAsync();
        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Cuts the connection; a pending read or write fails.</summary>
    public async ValueTask DisposeAsync()
    {
        // The socket first: a write that hangs would keep SslStream from closing.
        _socket.Dispose();
        await Stream.DisposeAsync();
    }

    private static async Task<IPAddress[]> ResolveAsync(MqttEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new MqttConnectException(MqttConnectFailure.Dns, $"DNS knows no address for '{endpoint.Host}' ({exception.SocketErrorCode})", exception);
        }
    }

    /// <summary>The first address that answers; what the last one said, if none does.</summary>
    private static async Task<Socket> ConnectSocketAsync(
        MqttEndpoint endpoint, IPAddress[] addresses, bool dedicatedThread, CancellationToken cancellationToken)
    {
        MqttConnectException? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (dedicatedThread)
                    Connect(socket, new IPEndPoint(address, endpoint.Port), cancellationToken);
                else
                    await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), cancellationToken);
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                failure = Explain(endpoint, address, exception);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw failure ?? new MqttConnectException(MqttConnectFailure.Dns, $"DNS knows no address for '{endpoint.Host}'");
    }

    /// <summary>Blocks: a socket that has once waited without is watched by the runtime for as long as it lives.</summary>
    private static void Connect(Socket socket, IPEndPoint address, CancellationToken cancellationToken)
    {
        try
        {
            using (cancellationToken.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), socket))
                socket.Connect(address);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is not OperationCanceledException)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    private static MqttConnectException Explain(MqttEndpoint endpoint, IPAddress address, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new(MqttConnectFailure.Refused, $"Nobody listens at {endpoint} ({address}): connection refused", exception),
        SocketError.TimedOut => new(MqttConnectFailure.Timeout, $"No answer from {endpoint} ({address}): a firewall on the way?", exception),
        _ => new(MqttConnectFailure.Unreachable, $"{endpoint} ({address}) cannot be reached ({exception.SocketErrorCode})", exception),
    };
}
