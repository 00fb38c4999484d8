using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

/// <summary>What a certificate signing request asks for: a subject and its public key, as far as AWS signs them.</summary>
internal sealed record SigningRequest(X500DistinguishedName SubjectName, PublicKey PublicKey)
{
    private const int MinimumRsaBits = 2048;

    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaPublicKey = "1.2.840.113549.1.1.1";

    // AWS IoT Core developer guide, "X.509 client certificates": RSA and ECDSA with SHA-256, SHA-384, SHA-512.
    private static readonly Dictionary<string, HashAlgorithmName> Signatures = new()
    {
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    };

    private static readonly HashSet<string> Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]; // P-256, P-384, P-521

    /// <summary>Reads a request in PEM and checks its signature and the strength of its key.</summary>
    /// <exception cref="RegistryException">It is no signing request, its signature is wrong or uses SHA-1, or its key is weak.</exception>
    public static SigningRequest Read(string? pem)
    {
        if (string.IsNullOrWhiteSpace(pem)) throw Invalid("The certificate signing request is missing.");
        try
        {
            byte[] der = Decode(pem);
            if (!Signatures.TryGetValue(SignatureAlgorithm(der), out var hash))
                throw Invalid("The CSR's signature algorithm is not supported: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 is.");

            var request = CertificateRequest.LoadSigningRequest(der, hash, out _, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);
            CheckKey(request.PublicKey);
            return new SigningRequest(request.SubjectName, request.PublicKey);
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            throw Invalid("CSR is not valid: it cannot be decoded, or its signature is wrong.");
        }
    }

    private static byte[] Decode(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] is not ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"))
            throw Invalid("CSR is not valid: PEM of a certificate request is expected.");
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }

    /// <summary>RFC 2986 §4: CertificationRequest ::= SEQUENCE { info, signatureAlgorithm, signature }.</summary>
    private static string SignatureAlgorithm(byte[] der)
    {
        var request = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        request.ReadEncodedValue();
        return request.ReadSequence().ReadObjectIdentifier();
    }

    private static void CheckKey(PublicKey key)
    {
        switch (key.Oid.Value)
        {
            case RsaPublicKey:
                using (var rsa = key.GetRSAPublicKey()!)
                    if (rsa.KeySize < MinimumRsaBits) throw Invalid($"The RSA key has {rsa.KeySize} bits; at least {MinimumRsaBits} are required.");
                break;
            case EcPublicKey:
                using (var ec = key.GetECDsaPublicKey()!)
                    if (!Curves.Contains(ec.ExportParameters(includePrivateParameters: false).Curve.Oid.Value ?? "")) throw Invalid("The EC key must be on NIST P-256, P-384 or P-521.");
                break;
            default:
                throw Invalid("The CSR's key must be RSA or EC.");
        }
    }

    private static RegistryException Invalid(string message) => new(RegistryFault.InvalidRequest, message);
}
