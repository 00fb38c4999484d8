using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

internal sealed class CertificateAuthorityTests
{
    private string _directory = null!;

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("localcloud-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    private string Data => Path.Combine(_directory, "data");

    [Test]
    public void Is_the_same_when_opened_again()
    {
        using var first = CertificateAuthority.Open(Data);
        using var second = CertificateAuthority.Open(Data);

        Assert.That(second.CaPem, Is.EqualTo(first.CaPem));
        Assert.That(File.ReadAllText(second.CaFile).Trim(), Is.EqualTo(first.CaPem));
    }

    [Test]
    public void Many_that_start_at_once_agree_on_one()
    {
        var authorities = new CertificateAuthority[8];
        using var start = new Barrier(authorities.Length);
        var threads = Enumerable.Range(0, authorities.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            authorities[i] = CertificateAuthority.Open(Data);
            authorities[i].OpenServerCertificate().Dispose();
        })).ToArray();

        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        Assert.That(authorities.Select(authority => authority.CaPem).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(Data).Select(Path.GetFileName), Is.EquivalentTo(new[] { "ca", "server" }));
        foreach (var authority in authorities) authority.Dispose();
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void Private_keys_are_their_owners_alone()
    {
        using var authority = CertificateAuthority.Open(Data);
        authority.OpenServerCertificate().Dispose();
        string device = Path.Combine(_directory, "device");
        authority.IssueDeviceCertificate("NL000123").WriteTo(device);

        const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (string key in Directory.GetFiles(_directory, "*.key", SearchOption.AllDirectories))
            Assert.That(File.GetUnixFileMode(key), Is.EqualTo(OwnerFile), key);
        foreach (string path in (string[])[Data, device])
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerFile | UnixFileMode.UserExecute), path);
        Assert.That(Directory.GetFiles(_directory, "*.key", SearchOption.AllDirectories), Has.Length.EqualTo(3));
    }

    [Test]
    public void A_devices_certificate_is_the_things_on_P256_until_AWSs_last_day()
    {
        using var authority = CertificateAuthority.Open(Data);

        var issued = authority.IssueDeviceCertificate("NL000123");
        using var certificate = issued.ToX509Certificate();

        Assert.That(certificate.Subject, Is.EqualTo("CN=NL000123"));
        Assert.That(certificate.HasPrivateKey, Is.True);
        using var key = certificate.GetECDsaPublicKey();
        Assert.That(key?.ExportParameters(includePrivateParameters: false).Curve.Oid.FriendlyName, Is.EqualTo("nistP256").Or.EqualTo("ECDSA_P256"));
        Assert.That(certificate.NotAfter.ToUniversalTime(), Is.EqualTo(new DateTime(2049, 12, 31, 23, 59, 59, DateTimeKind.Utc)));
        Assert.That(issued.CertificateId, Does.Match("^[0-9a-f]{64}$"));
    }

    [Test]
    public void Each_certificate_is_another()
    {
        using var authority = CertificateAuthority.Open(Data);

        var first = authority.IssueDeviceCertificate("NL000123");
        var second = authority.IssueDeviceCertificate("NL000123");

        Assert.That(second.CertificateId, Is.Not.EqualTo(first.CertificateId));
        Assert.That(second.PrivateKeyPem, Is.Not.EqualTo(first.PrivateKeyPem));
    }

    [TestCase("")]
    [TestCase("a/b")]
    [TestCase("a+")]
    [TestCase("a,O=Evil")]
    [TestCase("NL000123\n")]
    public void A_name_that_AWS_would_not_accept_is_refused(string thingName)
    {
        using var authority = CertificateAuthority.Open(Data);

        Assert.That(() => authority.IssueDeviceCertificate(thingName), Throws.ArgumentException);
    }

    [Test]
    public void The_servers_certificate_is_kept_and_renewed_in_its_last_month()
    {
        // TLS judges certificates by the system's clock, so this clock starts there.
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var authority = CertificateAuthority.Open(Data, time);

        using var first = authority.OpenServerCertificate();
        time.Advance(TimeSpan.FromDays(300));
        using var kept = authority.OpenServerCertificate();
        time.Advance(TimeSpan.FromDays(68));
        using var renewed = authority.OpenServerCertificate();

        Assert.That(kept.Thumbprint, Is.EqualTo(first.Thumbprint));
        Assert.That(renewed.Thumbprint, Is.Not.EqualTo(first.Thumbprint));
    }

    [Test]
    public void A_device_certificate_in_a_log_shows_no_key()
    {
        using var authority = CertificateAuthority.Open(Data);

        Assert.That(authority.IssueDeviceCertificate("NL000123").ToString(), Does.Not.Contain("PRIVATE").And.Contain("NL000123"));
    }

    [Test]
    public void What_is_written_can_be_read_again()
    {
        using var authority = CertificateAuthority.Open(Data);
        var issued = authority.IssueDeviceCertificate("NL000123");

        issued.WriteTo(_directory);
        issued.WriteTo(_directory); // replaces

        using var read = X509Certificate2.CreateFromPemFile(
            Path.Combine(_directory, DeviceCertificate.CertificateFile), Path.Combine(_directory, DeviceCertificate.PrivateKeyFile));
        Assert.That(CertificateAuthority.IdOf(read), Is.EqualTo(issued.CertificateId));
    }
}
