using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

/// <summary>
/// LocalCloud's own certificate authority: ECDSA P-256 keys, PEM files, in one directory. It issues LocalCloud's server
/// certificate and the devices' certificates. Several processes may use the same directory, also when it is created:
/// a device is known because its certificate chains to the authority, not because a process remembers it.
/// Thread safe.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>The DNS name in the server certificate that stands for AWS's <c>…-ats.iot.REGION.amazonaws.com</c>.</summary>
    public const string EndpointName = "local.iot.cloudkick.test";

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // AWS's own device certificates end then too; nothing issued here outlives the authority.
    private static readonly DateTimeOffset LastMoment = new(2049, 12, 31, 23, 59, 59, TimeSpan.Zero);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(397);
    private static readonly TimeSpan ServerRenewal = TimeSpan.FromDays(30);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);

    private readonly string _directory;
    private readonly TimeProvider _timeProvider;
    private readonly X509Certificate2 _certificate;
    private readonly Lock _signing = new();

    private CertificateAuthority(string directory, string caFile, X509Certificate2 certificate, TimeProvider timeProvider)
    {
        _directory = directory;
        _timeProvider = timeProvider;
        _certificate = certificate;
        CaFile = caFile;
        CaPem = certificate.ExportCertificatePem();
    }

    /// <summary>Full path of the authority's certificate (PEM), the file that clients trust.</summary>
    public string CaFile { get; }

    /// <summary>The authority's certificate, PEM.</summary>
    public string CaPem { get; }

    internal X509Certificate2 Certificate => _certificate;

    /// <summary>Opens the authority in <paramref name="directory"/>, creating directory and authority if they are not there.</summary>
    /// <param name="directory">Holds <c>ca/</c> and <c>server/</c>; created with mode 0700, private keys with 0600.</param>
    /// <param name="timeProvider">Decides validity periods; the system's clock by default. TLS judges them by the system's.</param>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    /// <exception cref="CryptographicException">What is in the directory is not a certificate with its key.</exception>
    public static CertificateAuthority Open(string directory, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        timeProvider ??= TimeProvider.System;
        directory = Path.GetFullPath(directory);
        PrivateFiles.CreateDirectory(directory);

        var pair = new KeyPairDirectory(Path.Combine(directory, "ca"));
        var certificate = pair.TryLoad() ?? CreateAuthority(pair, timeProvider.GetUtcNow());
        return new CertificateAuthority(directory, pair.CertificateFile, certificate, timeProvider);
    }

    /// <summary>Creates a key pair and a certificate for a thing. Its common name is the thing's name.</summary>
    /// <param name="thingName">1–128 of <c>A–Z a–z 0–9 : _ -</c>, as AWS allows. <c>relay</c> is the relay's.</param>
    /// <exception cref="ArgumentException">The name is not one that AWS would accept.</exception>
    public DeviceCertificate IssueDeviceCertificate(string thingName)
    {
        if (!LocalCloud.ThingName.IsValid(thingName))
            throw new ArgumentException("A thing's name is 1 to 128 letters, digits, ':', '_' or '-'.", nameof(thingName));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest($"CN={thingName}", key);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], critical: false));
        using var certificate = Sign(request, LastMoment);
        return new DeviceCertificate(
            thingName, IdOf(certificate), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), CaPem);
    }

    /// <summary>Signs a device's own key, with the subject that it asked for, until AWS's last day. The caller disposes the certificate.</summary>
    internal X509Certificate2 Issue(X500DistinguishedName subject, PublicKey publicKey)
    {
        var request = WithLeafExtensions(new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuthentication)], critical: false));
        return Sign(request, LastMoment);
    }

    /// <summary>LocalCloud's own certificate, created on first use and renewed when it nears its end. The caller disposes it.</summary>
    internal X509Certificate2 OpenServerCertificate()
    {
        var pair = new KeyPairDirectory(Path.Combine(_directory, "server"));
        if (pair.TryLoad() is { } present)
        {
            bool fresh = present.NotAfter.ToUniversalTime() - _timeProvider.GetUtcNow() > ServerRenewal;
            if (fresh && present.IssuerName.RawData.AsSpan().SequenceEqual(_certificate.SubjectName.RawData)) return present;
            present.Dispose();
            pair.Discard();
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest($"CN={EndpointName}", key);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(EndpointName);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request, _timeProvider.GetUtcNow() + ServerLifetime);
        return pair.StoreIfAbsent(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>AWS's id of a certificate, the principal in lifecycle events: SHA-256 of the DER, lower-case hexadecimal.</summary>
    internal static string IdOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 CreateAuthority(KeyPairDirectory pair, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The name carries a random part: two authorities of the same name confuse chain building.
        string name = $"CN=CloudKick LocalCloud CA {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - ClockTolerance, LastMoment);
        return pair.StoreIfAbsent(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest NewRequest(string subject, ECDsa key) => WithLeafExtensions(new CertificateRequest(subject, key, HashAlgorithmName.SHA256));

    private static CertificateRequest WithLeafExtensions(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset notAfter)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x01); // positive, and never a leading zero
        lock (_signing)
        {
            // A generator of its own, because the device's key may be of another kind than the authority's.
            using var key = _certificate.GetECDsaPrivateKey()!;
            return request.Create(
                _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), _certificate.NotBefore.ToUniversalTime(), notAfter, serial);
        }
    }
}
