using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>
/// A TLS connection made to look at: whatever certificate the server has is taken, and judged afterwards. No secret may be sent over it
/// unless <see cref="Server"/> is trusted.
/// </summary>
internal sealed class TlsPeek : IAsyncDisposable
{
    private readonly Socket _socket;

    private TlsPeek(Socket socket, SslStream stream, ServerCertificate server) => (_socket, Stream, Server) = (socket, stream, server);

    public SslStream Stream { get; }

    public ServerCertificate Server { get; }

    /// <summary>For people, e.g. <c>TLS 1.3</c>.</summary>
    public string Version => Stream.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";

    /// <summary>The application protocol that the server chose; empty: none.</summary>
    public string Alpn => Stream.NegotiatedApplicationProtocol.ToString();

    /// <summary>Connects.</summary>
    /// <param name="target">Where to and whom to trust there.</param>
    /// <param name="alpn">The application protocol to ask for; empty: none.</param>
    /// <param name="asClient">Whether to show the client's certificate, where there is one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TlsPeekException">TCP or TLS failed; the message says how.</exception>
    public static async Task<TlsPeek> OpenAsync(NetworkTarget target, string alpn, bool asClient, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = target.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = Policy(target.Roots),
            ApplicationProtocols = alpn.Length == 0 ? null : [new SslApplicationProtocol(alpn)],
            ClientCertificateContext = asClient && target.Certificate is { } certificate
                ? SslStreamCertificateContext.Create(certificate, target.Intermediates, offline: true)
                : null,
        };
        return await OpenAsync(target.Host, target.Port, options, cancellationToken);
    }

    /// <inheritdoc cref="OpenAsync(NetworkTarget, string, bool, CancellationToken)"/>
    public static Task<TlsPeek> OpenAsync(TasTarget target, CancellationToken cancellationToken) => OpenAsync(
        target.Host, target.Port,
        new() { TargetHost = target.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, CertificateChainPolicy = Policy(target.Roots) },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The socket first: a write that hangs would keep the stream from closing.
        _socket.Dispose();
        await Stream.DisposeAsync();
        Server.Dispose();
    }

    private static async Task<TlsPeek> OpenAsync(string host, int port, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        ServerCertificate? server = null;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (certificate is not null)
                server = ServerCertificate.Copy(certificate, chain, errors);
            return certificate is not null;
        };
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
            await stream.AuthenticateAsClientAsync(options, cancellationToken);
            return new TlsPeek(socket, stream, server!);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (stream is not null)
                await stream.DisposeAsync();
            server?.Dispose();
            if (exception is AuthenticationException or IOException or SocketException)
                throw TlsPeekException.Of(exception);
            throw;
        }
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection? roots)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return policy;
    }
}
