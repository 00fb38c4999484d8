using System.Security.Cryptography.X509Certificates;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>
/// Certificates of clients: LocalCloud's authority issues each its own, which LocalCloud needs to know who it is; for Mosquitto one is
/// enough for all, and costs it the same.
/// </summary>
internal sealed class Identities : IDisposable
{
    private readonly CertificateAuthority? _authority;
    private readonly X509Certificate2? _shared;
    private readonly X509Certificate2Collection _roots;

    private Identities(CertificateAuthority? authority, X509Certificate2? shared, X509Certificate2 root)
    {
        _authority = authority;
        _shared = shared;
        _roots = [root];
    }

    /// <param name="directory">LocalCloud's data directory, or one with the files of a <see cref="DeviceCertificate"/>.</param>
    public static Identities Open(string directory)
    {
        var certificate = Path.Combine(directory, DeviceCertificate.CertificateFile);
        if (File.Exists(certificate))
        {
            var shared = X509Certificate2.CreateFromPemFile(certificate, Path.Combine(directory, DeviceCertificate.PrivateKeyFile));
            return new Identities(null, shared, X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(directory, DeviceCertificate.CaFile))));
        }
        var authority = CertificateAuthority.Open(directory);
        return new Identities(authority, null, X509Certificate2.CreateFromPem(authority.CaPem));
    }

    public MqttEndpoint Endpoint(int port, string name) => new("localhost", port)
    {
        Tls = new MqttTlsOptions
        {
            ApplicationProtocols = _authority is null ? [] : ["x-amzn-mqtt-ca"],
            ClientCertificate = _shared ?? _authority!.IssueDeviceCertificate(name).ToX509Certificate(),
            TrustedRoots = _roots,
        },
    };

    public void Dispose()
    {
        _authority?.Dispose();
        _shared?.Dispose();
        _roots[0].Dispose();
    }
}
