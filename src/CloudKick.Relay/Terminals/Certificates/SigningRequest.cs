using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>A certificate signing request (PKCS #10): the public key that a certificate is wanted for, signed with the private one.</summary>
/// <param name="Pem">The request alone, whatever came around it.</param>
/// <param name="PublicKey">The SubjectPublicKeyInfo, DER.</param>
internal sealed record SigningRequest(string Pem, ReadOnlyMemory<byte> PublicKey)
{
    public const int MaximumLength = 8 * 1024;

    private const string Label = "CERTIFICATE REQUEST";
    private const int MinimumRsaBits = 2048;

    // What AWS IoT takes (CreateCertificateFromCsr): RSA from 2048 bits, P-256, P-384, P-521.
    private static readonly HashSet<string> Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    /// <summary>Names the key, in the audit log.</summary>
    public string KeyFingerprint => Convert.ToHexStringLower(SHA256.HashData(PublicKey.Span));

    /// <summary>Whether a certificate is this key's.</summary>
    public bool IsFor(X509Certificate2 certificate) => certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(PublicKey.Span);

    /// <summary>Reads a request and checks that it was signed by its own key.</summary>
    /// <param name="pem">PEM, possibly with text around it.</param>
    /// <param name="read">The request, when true is returned.</param>
    /// <param name="fault">What is wrong with it, when false is returned.</param>
    public static bool TryRead(string? pem, [NotNullWhen(true)] out SigningRequest? read, [NotNullWhen(false)] out string? fault)
    {
        read = null;
        fault = pem switch
        {
            null or "" => "is required",
            { Length: > MaximumLength } => $"may have at most {MaximumLength} characters",
            _ when pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal) =>
                "has a private key in it: that must never leave the terminal or the operator's machine. Make a new key pair, and send the signing request alone",
            _ => null,
        };
        if (fault is not null)
            return false;

        var der = Decode(pem!);
        if (der is null || PublicKeyOf(der) is not { } key)
            fault = "is no certificate signing request (PKCS #10, PEM) with a valid signature";
        else if (!IsStrong(key))
            fault = "is for a key that AWS IoT does not take: make it with ECDSA P-256 (also P-384, P-521), or RSA of 2048 bits or more";
        else
            read = new SigningRequest(PemEncoding.WriteString(Label, der), key.ExportSubjectPublicKeyInfo());
        return read is not null;
    }

    private static byte[]? Decode(string pem)
    {
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] is Label or "NEW " + Label)
                return Convert.FromBase64String(rest[fields.Base64Data].ToString());
            rest = rest[fields.Location.End..];
        }

        return null;
    }

    private static PublicKey? PublicKeyOf(byte[] der)
    {
        try
        {
            return CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, signerSignaturePadding: RSASignaturePadding.Pkcs1).PublicKey;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool IsStrong(PublicKey key)
    {
        try
        {
            using var rsa = key.GetRSAPublicKey();
            if (rsa is not null)
                return rsa.KeySize >= MinimumRsaBits;
            using var elliptic = key.GetECDsaPublicKey();
            return elliptic?.ExportParameters(false).Curve.Oid.Value is { } curve && Curves.Contains(curve);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
