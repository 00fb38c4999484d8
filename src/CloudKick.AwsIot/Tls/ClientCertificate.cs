using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.AwsIot.Tls;

/// <summary>How a client shows who it is while TLS is set up.</summary>
/// <param name="Source">Asked for each new connection; the certificate has its private key and is not disposed here.</param>
/// <param name="Chain">Certificates between it and its root, without the root; sent along.</param>
/// <param name="ApplicationProtocol">ALPN to ask for and to insist on; null: none.</param>
internal sealed record ClientCertificate(Func<X509Certificate2> Source, X509Certificate2Collection? Chain, string? ApplicationProtocol)
{
    public SslClientAuthenticationOptions CreateOptions(string host, X509Certificate2Collection? trustedRoots) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = TrustedServer.Protocols,
        CertificateChainPolicy = TrustedServer.CreatePolicy(trustedRoots),
        ClientCertificateContext = SslStreamCertificateContext.Create(Source(), Chain, offline: true),
        ApplicationProtocols = ApplicationProtocol is null ? null : [new SslApplicationProtocol(ApplicationProtocol)],
    };
}
