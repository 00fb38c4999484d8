using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace CloudKick.AwsIot.Tls;

/// <summary>
/// Makes the SDK's HTTP clients. HTTP/1.1. With a client certificate the TLS handshake is ours, since the framework's handler asks for ALPN of its
/// own; then no proxy is used: it would stand between certificate and AWS.
/// </summary>
internal sealed class AwsHttpClientFactory : HttpClientFactory
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var config = (AwsServiceConfig)clientConfig;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = config.ConnectionLifetime,
            PooledConnectionIdleTimeout = IdleTimeout,
            UseCookies = false,
        };
        if (config.ConnectTimeout is { } connectTimeout)
            handler.ConnectTimeout = connectTimeout;
        if (config.MaxConnectionsPerServer is { } maximum)
            handler.MaxConnectionsPerServer = maximum;
        if (config.Certificate is { } certificate)
            UseCertificate(handler, certificate, config);
        else
            UseSignatures(handler, config);

        var client = new HttpClient(handler);
        if (config.Timeout is { } timeout)
            client.Timeout = timeout;
        return client;
    }

    private static void UseSignatures(SocketsHttpHandler handler, AwsServiceConfig config)
    {
        handler.SslOptions.EnabledSslProtocols = TrustedServer.Protocols;
        handler.SslOptions.CertificateChainPolicy = TrustedServer.CreatePolicy(config.TrustedRoots);
        if (config.GetWebProxy() is { } proxy)
        {
            if (config.ProxyCredentials is { } credentials)
                proxy.Credentials = credentials;
            handler.Proxy = proxy;
        }
    }

    private static void UseCertificate(SocketsHttpHandler handler, ClientCertificate certificate, AwsServiceConfig config)
    {
        handler.UseProxy = false;
        handler.ConnectCallback = (context, cancellationToken) =>
            ConnectAsync(context.DnsEndPoint, certificate.CreateOptions(context.DnsEndPoint.Host, config.TrustedRoots), cancellationToken);
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var tls = default(SslStream);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            CheckApplicationProtocol(tls, endpoint, options);
            return tls;
        }
        catch
        {
            if (tls is not null)
                await tls.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A server that knows no ALPN ends the handshake well with no protocol chosen; what it would do with our requests is anyone's guess.</summary>
    private static void CheckApplicationProtocol(SslStream tls, DnsEndPoint endpoint, SslClientAuthenticationOptions options)
    {
        if (options.ApplicationProtocols is [var wanted] && tls.NegotiatedApplicationProtocol != wanted)
        {
            throw new AuthenticationException(
                $"{endpoint.Host}:{endpoint.Port} did not choose {wanted} (ALPN): another service, or a proxy that inspects TLS, answers there");
        }
    }
}
