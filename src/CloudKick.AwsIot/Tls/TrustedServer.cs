using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.AwsIot.Tls;

/// <summary>Which servers are spoken to: TLS 1.2 or 1.3, a certificate for the host that leads to a trusted root. Revocation is not looked up.</summary>
internal static class TrustedServer
{
    public const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <param name="roots">The only roots that count; null: the system's.</param>
    public static X509ChainPolicy CreatePolicy(X509Certificate2Collection? roots)
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
