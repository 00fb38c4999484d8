using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CloudKick.Relay.Publishing;

namespace CloudKick.Relay.Cloud;

/// <summary>Who the relay is to the cloud, and whom it trusts there, as its files say at one moment.</summary>
/// <param name="Certificate">With its private key; null: none.</param>
/// <param name="Intermediates">What the certificate's file has behind it.</param>
/// <param name="Roots">The authorities that may sign the cloud's certificates; null: those that the system trusts.</param>
internal sealed record RelayIdentity(X509Certificate2? Certificate, X509Certificate2Collection Intermediates, X509Certificate2Collection? Roots)
{
    /// <summary>Reads the files; the hash tells whether they have changed.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be, or certificate and key do not belong together.</exception>
    public static RelayIdentity Read(RelayMqttOptions settings, out string hash)
    {
        var certificate = Text(settings.CertificateFile);
        var key = Text(settings.PrivateKeyFile);
        var roots = Text(settings.CaFile);
        hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', certificate, key, roots))));
        try
        {
            return new RelayIdentity(
                certificate is null ? null : X509Certificate2.CreateFromPem(certificate, key),
                certificate is null ? [] : [.. Certificates(certificate).Skip(1)],
                roots is null ? null : Certificates(roots));
        }
        catch (ArgumentException exception)
        {
            // The platform's word for a key of another certificate.
            throw new CryptographicException(exception.Message, exception);
        }
    }

    private static string? Text(string? file) => string.IsNullOrEmpty(file) ? null : File.ReadAllText(file);

    private static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    }
}
