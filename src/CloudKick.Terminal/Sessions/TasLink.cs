using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Opi;

namespace CloudKick.Terminal;

/// <summary>An open connection to the TAS.</summary>
internal sealed class TasLink : IAsyncDisposable
{
    // Nothing is rented while a session is quiet: the reader waits with an empty buffer.
    private static readonly StreamPipeReaderOptions ReaderOptions = new(leaveOpen: true, useZeroByteReads: true);
    private static readonly StreamPipeWriterOptions WriterOptions = new(leaveOpen: true);

    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;

    private TasLink(Stream stream)
    {
        _stream = stream;
        _reader = PipeReader.Create(stream, ReaderOptions);
        _writer = PipeWriter.Create(stream, WriterOptions);
        Channel = new OpiChannel(new Duplex(_reader, _writer));
    }

    public OpiChannel Channel { get; }

    /// <summary>Connects, with TLS when asked.</summary>
    /// <exception cref="SocketException">The TAS cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The TAS's certificate is not trusted.</exception>
    public static async Task<TasLink> ConnectAsync(string host, int port, bool tls, X509Certificate2Collection? trustedRoots, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (tls)
            {
                var secured = new SslStream(stream);
                stream = secured;
                await secured.AuthenticateAsClientAsync(TlsOptions(host, trustedRoots), cancellationToken).ConfigureAwait(false);
            }

            return new TasLink(stream);
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static SslClientAuthenticationOptions TlsOptions(string host, X509Certificate2Collection? trustedRoots)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (trustedRoots is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trustedRoots);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
