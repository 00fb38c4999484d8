using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Mqtt;

/// <summary>TLS 1.2 or 1.3 to the server; older versions are never spoken. Certificate revocation is not looked up.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>Sent as SNI and expected in the server's certificate. Default: the endpoint's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// ALPN, such as <c>x-amzn-mqtt-ca</c>. When not empty the server must choose one of them; a server that ignores the question is refused.
    /// Default empty: not asked.
    /// </summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>Certificate with private key that says who the client is; absent: none. Not disposed by this library.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Certificates between <see cref="ClientCertificate"/> and its root, sent along with it; without the root. Default none.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; init; }

    /// <summary>The only roots that the server's certificate may lead to; absent: those of the system.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>
    /// Asked before each handshake for these options as they are by then, such as with a renewed certificate. What it throws fails the
    /// attempt, and the next one asks again. Default none: they stay as they are.
    /// </summary>
    public Func<MqttTlsOptions, MqttTlsOptions>? Renew { get; init; }
}
