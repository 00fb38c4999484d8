using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Terminals;

/// <summary>Whom a terminal must trust at the cloud's endpoint.</summary>
internal static class TrustedRoots
{
    /// <summary>SHA-256 of Amazon Root CA 1, as Amazon publishes it.</summary>
    public const string AmazonRootCa1Fingerprint = "8ECDE6884F3D87B1125BA31AC3FCB13D7016DE7F57CC904FE1CB97C6AE98196E";

    private const string AmazonRootCa1Name = "Amazon Root CA 1";

    /// <summary>The endpoint's roots, PEM: those that the relay names, else Amazon's from this machine's own store; null when it has not got it.</summary>
    public static string? Of(EndpointView endpoint) => endpoint.TrustedRoots ?? AmazonRootCa1();

    private static string? AmazonRootCa1()
    {
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var found = store.Certificates.Find(X509FindType.FindBySubjectName, AmazonRootCa1Name, validOnly: false)
            .FirstOrDefault(certificate => certificate.GetCertHashString(HashAlgorithmName.SHA256) == AmazonRootCa1Fingerprint);
        return found is null ? null : found.ExportCertificatePem() + "\n";
    }
}
