using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

/// <summary>
/// What a device needs to connect: its certificate, its private key and the certificate authority it should trust.
/// </summary>
/// <param name="ThingName">The thing the certificate belongs to; its common name, and the only client id a terminal may use.</param>
/// <param name="CertificateId">SHA-256 of the certificate's DER in 64 lower-case hexadecimal digits, as AWS names certificates.</param>
/// <param name="CertificatePem">The certificate, PEM.</param>
/// <param name="PrivateKeyPem">The ECDSA P-256 private key, PKCS #8 PEM. A secret.</param>
/// <param name="CaPem">The certificate of the authority that signed both this and LocalCloud's own certificate, PEM.</param>
public sealed record DeviceCertificate(string ThingName, string CertificateId, string CertificatePem, string PrivateKeyPem, string CaPem)
{
    /// <summary>File names that <see cref="WriteTo"/> uses, as AWS's console calls them.</summary>
    public const string CertificateFile = "certificate.pem";

    /// <inheritdoc cref="CertificateFile"/>
    public const string PrivateKeyFile = "private.key";

    /// <inheritdoc cref="CertificateFile"/>
    public const string CaFile = "ca.pem";

    /// <summary>The certificate with its private key, ready for a TLS client. The caller disposes it.</summary>
    public X509Certificate2 ToX509Certificate() => Pem.LoadCertificate(CertificatePem, PrivateKeyPem);

    /// <summary>The authority's certificate, to be the TLS client's only trusted root. The caller disposes it.</summary>
    public X509Certificate2 ToCaCertificate() => X509Certificate2.CreateFromPem(CaPem);

    /// <summary>
    /// Writes <see cref="CertificateFile"/>, <see cref="PrivateKeyFile"/> (owner only) and <see cref="CaFile"/> into
    /// <paramref name="directory"/>, which is created if needed; existing files are replaced.
    /// </summary>
    /// <exception cref="IOException">The directory or a file cannot be written.</exception>
    public void WriteTo(string directory)
    {
        PrivateFiles.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, CertificateFile), CertificatePem);
        File.WriteAllText(Path.Combine(directory, CaFile), CaPem);
        PrivateFiles.WriteAllText(Path.Combine(directory, PrivateKeyFile), PrivateKeyPem);
    }

    /// <summary>The record without its private key, so that one written to a log by accident gives nothing away.</summary>
    public override string ToString() => $"{nameof(DeviceCertificate)} {ThingName} {CertificateId}";
}
