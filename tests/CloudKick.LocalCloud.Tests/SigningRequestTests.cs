using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud.Tests;

internal sealed class SigningRequestTests
{
    // .NET makes none with SHA-1: openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -sha1 -subj /CN=terminal
    private const string WithSha1 = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIICWDCCAUACAQAwEzERMA8GA1UEAwwIdGVybWluYWwwggEiMA0GCSqGSIb3DQEB
        AQUAA4IBDwAwggEKAoIBAQDSvcv+IxWtxVTQyLgmE4MKUi/gPCsdzfysJ6amTW6K
        lef+JPmrRAPVUr0BTI/O0dL442xmAyQpTRNoyv/Fgu7nTBiUXz30bRtomWK0FIZA
        32epYCt4yAU6XVL7fdzLgCAkhKj5UUg0kVuOuK4gnxDC0gx5+LZlWUnEyWXI7GAM
        bAVFWjaUMXQsQ/Bd6nGZNLosWgg/vTEeC2Ns0vEPhvaEBTb9jZ+kNJNmHFpxFrnc
        nUDfG9ZwnLqSd0A/HjmyTGjX+mxYRLzIL9NMWlZZ9c2i1Ioy8cd/ddF03fNnm/TF
        ZQ3KPYvkhqwxSDOGySflQHQ9W4Aus9u2obPcwJ02VnKBAgMBAAGgADANBgkqhkiG
        9w0BAQUFAAOCAQEAeNmm/qJiRU+7mu6xHT1RVu40eUC8KeUx/q6mTSxfUzHV2WXb
        k/z5VFeQx7Pr1z0VC4YUmXN/8a9ei75SlACUYl90otdqrVhX7knH5dKDZ4ghDytl
        jiuZjxph/YWMXnzi02y1SoVSJVA1+np/IqdqdsiAE3gNafPizVsOElracecilHkQ
        +BRh6QChtKDtdTLg4KtIX1FLkZZd/+IGitJZnv/e/Q06iTJcsKclHbc0WdrsYWpo
        A9sY8EziMYB/EyNJ8iNAhatDllpLGhMTqE+vWrs2tSwDr1CFnyn+ugK8zMgzRgY4
        nrQoyhxRSKEjH+EbfWM458VPytU7pup4eJweWQ==
        -----END CERTIFICATE REQUEST-----
        """;

    [TestCase("SHA256")]
    [TestCase("SHA384")]
    [TestCase("SHA512")]
    public void RSA_of_2048_bits_and_ECDSA_are_taken_with_SHA_2(string hash)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var ecRequest = new CertificateRequest("CN=terminal", ec, new HashAlgorithmName(hash)).CreateSigningRequestPem();

        Assert.That(SigningRequest.Read(Rsa(2048, hash)).SubjectName.Name, Is.EqualTo("CN=terminal"));
        Assert.That(SigningRequest.Read(ecRequest).SubjectName.Name, Is.EqualTo("CN=terminal"));
    }

    [Test]
    public void SHA_1_is_refused() =>
        Assert.That(() => SigningRequest.Read(WithSha1), Throws.TypeOf<RegistryException>().With.Message.Contains("signature algorithm"));

    [Test]
    public void An_RSA_key_of_1024_bits_is_refused() =>
        Assert.That(() => SigningRequest.Read(Rsa(1024, "SHA256")), Throws.TypeOf<RegistryException>().With.Message.Contains("1024 bits"));

    private static string Rsa(int bits, string hash)
    {
        using var key = RSA.Create(bits);
        return new CertificateRequest("CN=terminal", key, new HashAlgorithmName(hash), RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
    }
}
