using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Testing.Certificates;

/// <summary>A certificate authority for one test, with ECDSA P-256 keys. Certificates it issues have their private keys.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly List<X509Certificate2> _issued = [];

    /// <summary>Creates the authority.</summary>
    public TestCertificates(string name = "CloudKick test CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(_now.AddDays(-1), _now.AddDays(30));
    }

    /// <summary>The root.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The root as a collection, as trust options want it.</summary>
    public X509Certificate2Collection Roots => [Authority];

    /// <summary>For a server on this machine: localhost, 127.0.0.1 and ::1, and the names given; or, if <paramref name="onlyNames"/>, these alone.</summary>
    public X509Certificate2 IssueServer(bool onlyNames = false, params ReadOnlySpan<string> names) =>
        IssueServer(_now.AddDays(20), onlyNames, names);

    /// <summary>For a server on this machine; its time ended half an hour ago.</summary>
    public X509Certificate2 IssueExpiredServer() => IssueServer(_now.AddMinutes(-30), onlyNames: false);

    /// <summary>For a client of that name.</summary>
    public X509Certificate2 IssueClient(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", null, _now.AddDays(20));

    /// <summary>For a client of that name; its time ended half an hour ago.</summary>
    public X509Certificate2 IssueExpiredClient(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", null, _now.AddMinutes(-30));

    /// <summary>Writes PEM files and returns their paths: the root, a certificate, its key.</summary>
    public (string Authority, string Certificate, string Key) WritePem(string directory, X509Certificate2 certificate)
    {
        var paths = (Path.Combine(directory, "ca.pem"), Path.Combine(directory, "certificate.pem"), Path.Combine(directory, "private.key"));
        File.WriteAllText(paths.Item1, Authority.ExportCertificatePem());
        File.WriteAllText(paths.Item2, certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(paths.Item3, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _issued)
            certificate.Dispose();
        Authority.Dispose();
    }

    private X509Certificate2 IssueServer(DateTimeOffset until, bool onlyNames, params ReadOnlySpan<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        if (!onlyNames)
        {
            alternatives.AddDnsName("localhost");
            alternatives.AddIpAddress(IPAddress.Loopback);
            alternatives.AddIpAddress(IPAddress.IPv6Loopback);
        }
        foreach (var name in names)
            alternatives.AddDnsName(name);
        return Issue("localhost", "1.3.6.1.5.5.7.3.1", alternatives.Build(), until);
    }

    private X509Certificate2 Issue(string name, string usage, X509Extension? alternatives, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (alternatives is not null)
            request.CertificateExtensions.Add(alternatives);
        using var bare = request.Create(Authority, _now.AddHours(-1), until, RandomNumberGenerator.GetBytes(16));
        var certificate = bare.CopyWithPrivateKey(key);
        _issued.Add(certificate);
        return certificate;
    }
}
