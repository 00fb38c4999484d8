using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

/// <summary>Signing requests as terminals make them.</summary>
internal static class SigningRequests
{
    /// <summary>With a new P-256 key.</summary>
    public static string New(string name = "terminal")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key, name);
    }

    public static string Of(ECDsa key, string name = "terminal") =>
        new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public static string Of(RSA key) =>
        new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
}
