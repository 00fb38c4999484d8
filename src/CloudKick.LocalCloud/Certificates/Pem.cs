using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

internal static class Pem
{
    /// <summary>A certificate with its key. Windows' TLS cannot use a key that lives only in memory, hence the detour over PKCS #12.</summary>
    public static X509Certificate2 LoadCertificate(string certificatePem, string privateKeyPem)
    {
        var certificate = X509Certificate2.CreateFromPem(certificatePem, privateKeyPem);
        if (!OperatingSystem.IsWindows()) return certificate;

        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }
}
