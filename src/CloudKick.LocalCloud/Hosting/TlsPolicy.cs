using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// How LocalCloud's port does TLS. Every client is asked for a certificate and none is refused for it: AWS too completes the
/// handshake with an unknown certificate and only then closes. What the certificate proved goes into the connection's features.
/// </summary>
internal sealed class TlsPolicy
{
    public static readonly SslApplicationProtocol Mqtt = new("x-amzn-mqtt-ca");
    public static readonly SslApplicationProtocol HttpApi = new("x-amzn-http-ca");

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly bool _requireServerName;
    private readonly SslStreamCertificateContext _serverCertificate;
    private readonly X509ChainPolicy _devicesOfOurAuthority;
    private readonly ILogger _logger;

    public TlsPolicy(X509Certificate2 authority, X509Certificate2 serverCertificate, bool requireServerName, ILogger logger)
    {
        _requireServerName = requireServerName;
        _logger = logger;
        _serverCertificate = SslStreamCertificateContext.Create(serverCertificate, additionalCertificates: null, offline: true);
        _devicesOfOurAuthority = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        _devicesOfOurAuthority.CustomTrustStore.Add(authority);
        _devicesOfOurAuthority.ApplicationPolicy.Add(new Oid(ClientAuthentication));
    }

    public TlsHandshakeCallbackOptions ToKestrel(TimeSpan handshakeTimeout) => new()
    {
        HandshakeTimeout = handshakeTimeout,
        OnConnection = context =>
        {
            if (_requireServerName && string.IsNullOrEmpty(context.ClientHelloInfo.ServerName))
            {
                BrokerLog.HandshakeRefused(_logger, "the client sent no server name (SNI)");
                throw new AuthenticationException("The client sent no server name (SNI).");
            }
            context.Connection.Features.Set(new RequestedServerName(context.ClientHelloInfo.ServerName));
            return ValueTask.FromResult(For(context.Connection));
        },
    };

    private SslServerAuthenticationOptions For(ConnectionContext connection) => new()
    {
        ServerCertificateContext = _serverCertificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // http/1.1 is what ordinary HTTPS clients offer; none at all is let in too.
        ApplicationProtocols = [Mqtt, HttpApi, SslApplicationProtocol.Http11],
        ClientCertificateRequired = true,
        CertificateChainPolicy = _devicesOfOurAuthority,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
#pragma warning disable CA5359 // It is judged here and acted on after the handshake, which AWS lets any certificate complete.
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            connection.Features.Set(PresentedCertificate.From(certificate, errors));
            return true;
        },
#pragma warning restore CA5359
    };
}

/// <summary>The client certificate of a handshake. TLS disposes it when the connection ends.</summary>
/// <param name="Certificate">As the client sent it.</param>
/// <param name="OfOurAuthority">Whether LocalCloud's authority signed it, for clients, and it is valid today.</param>
internal sealed record PresentedCertificate(X509Certificate2 Certificate, bool OfOurAuthority)
{
    public string CommonName => Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    public static PresentedCertificate? From(X509Certificate? certificate, SslPolicyErrors errors) =>
        certificate is X509Certificate2 presented ? new PresentedCertificate(presented, errors == SslPolicyErrors.None) : null;
}

/// <summary>The name that the client asked for in the handshake (SNI); empty if none.</summary>
internal sealed record RequestedServerName(string Name);
