using CloudKick.AwsIot.Control;
using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;
using CloudKick.Testing.Certificates;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor network</c> where a cloud answers as AWS does.</summary>
internal sealed class NetworkAtLocalCloudTests
{
    private string _directory = null!;
    private LocalCloudServer _cloud = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cloudkick-doctor-").FullName;
        _cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test, CancelAfter(60_000)]
    public async Task All_is_well_at_a_cloud_that_works(CancellationToken cancellationToken)
    {
        await using var tas = Tas.Start();

        var run = await DoctorRun.OfAsync("network", [.. Terminal("NL000771"), "--tas", tas.Endpoint], cancellationToken);

        Assert.That(run.Verdicts, Is.EqualTo(new[] { "dns ok", "tcp ok", "tls ok", "clock ok", "alpn ok", "mqtt ok", "tas ok", "proxy ok" }));
        Assert.That(run.Evidence("tls"), Does.StartWith("TLS 1.3, certificate for localhost").And.Contain("issued by CloudKick LocalCloud CA"));
        Assert.That(run.Evidence("clock"), Does.Contain("give or take"));
        Assert.That(run.Evidence("tas"), Does.Contain("GetStatus"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test, CancelAfter(60_000)]
    public async Task Settings_of_the_relay_stand_in_for_options(CancellationToken cancellationToken)
    {
        var files = Issue("relay");

        var run = await DoctorRun.OfAsync(
            "network", [], cancellationToken,
            ("CloudKick__Mqtt__Host", "localhost"), ("CloudKick__Mqtt__Port", $"{_cloud.Port}"), ("CloudKick__Mqtt__CaFile", _cloud.CaFile),
            ("CloudKick__Mqtt__CertificateFile", files.Certificate), ("CloudKick__Mqtt__PrivateKeyFile", files.Key), ("CloudKick__Mqtt__ClientIdPrefix", "relay"));

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("ok"));
        Assert.That(run.Evidence("mqtt"), Does.Contain("as client relay-doctor-"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Without_certificate_and_tas_the_rest_is_looked_at(CancellationToken cancellationToken)
    {
        var run = await DoctorRun.OfAsync("network", ["--endpoint", $"localhost:{_cloud.Port}", "--ca", _cloud.CaFile], cancellationToken);

        Assert.That(run.Verdicts, Is.EqualTo(new[] { "dns ok", "tcp ok", "tls ok", "clock ok", "alpn ok", "mqtt not-tried", "tas not-tried", "proxy ok" }));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_client_id_that_the_policy_refuses_is_told_from_a_bad_certificate(CancellationToken cancellationToken)
    {
        var run = await DoctorRun.OfAsync("network", [.. Terminal("NL000772"), "--client-id", "NL000773"], cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("failed"));
        Assert.That(run.Fix("mqtt"), Does.Contain("iot:Connect on client/NL000773").And.Contain("terraform/modules/iot"));
        Assert.That(run.Evidence("mqtt"), Does.Not.Contain("inactive"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_inactive_certificate_is_told_from_a_policy(CancellationToken cancellationToken)
    {
        var options = Terminal("NL000774");
        Assert.That((await DoctorRun.OfAsync("network", options, cancellationToken)).Verdict("mqtt"), Is.EqualTo("ok"), "registers it");
        using var operatorsOwn = IotOfOperator();
        var principal = (await operatorsOwn.ListThingPrincipalsAsync(new ListThingPrincipalsRequest { ThingName = "NL000774" }, cancellationToken)).Principals.Single();
        await operatorsOwn.UpdateCertificateAsync(
            new UpdateCertificateRequest { CertificateId = principal[(principal.LastIndexOf('/') + 1)..], NewStatus = CertificateStatus.INACTIVE }, cancellationToken);

        var run = await DoctorRun.OfAsync("network", options, cancellationToken);

        Assert.That(run.Verdict("mqtt"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("mqtt"), Does.Contain("not registered, inactive or revoked"));
        Assert.That(run.Fix("mqtt"), Does.Contain("ACTIVE"));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_authority_that_is_not_the_servers_is_called_interception(CancellationToken cancellationToken)
    {
        using var others = new TestCertificates("Some other authority");
        var ca = Path.Combine(_directory, "others.pem");
        await File.WriteAllTextAsync(ca, others.Authority.ExportCertificatePem(), cancellationToken);

        var run = await DoctorRun.OfAsync("network", ["--endpoint", $"localhost:{_cloud.Port}", "--ca", ca], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "tls failed", "clock ok", "alpn not-tried" }));
        Assert.That(run.Fix("tls"), Does.Contain("interception").And.Contain("CloudKick LocalCloud CA").And.Contain("--ca"));
        Assert.That(run.Evidence("alpn"), Is.EqualTo("tls failed"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(60_000)]
    public async Task People_read_columns_without_colours_in_a_file(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(["doctor", "network", "--endpoint", $"localhost:{_cloud.Port}", "--ca", _cloud.CaFile], cancellationToken);

        Assert.That(run.Out, Does.Match(@"(?m)^ok         dns             localhost: IPv4 127\.0\.0\.1").And.Match("(?m)^not tried  mqtt            because no certificate was given"));
        Assert.That(run.Out, Does.Contain("Nothing is wrong with what was tried.").And.Not.Match(@"\x1b| \r?\n"));
    }

    private (string Certificate, string Key) Issue(string name)
    {
        var directory = Path.Combine(_directory, name);
        Directory.CreateDirectory(directory);
        _cloud.IssueDeviceCertificate(name).WriteTo(directory);
        return (Path.Combine(directory, DeviceCertificate.CertificateFile), Path.Combine(directory, DeviceCertificate.PrivateKeyFile));
    }

    private string[] Terminal(string id)
    {
        var (certificate, key) = Issue(id);
        return ["--endpoint", $"localhost:{_cloud.Port}", "--ca", _cloud.CaFile, "--cert", certificate, "--key", key];
    }

    private AmazonIoTClient IotOfOperator()
    {
        var config = new AmazonIoTConfig { ServiceURL = $"https://localhost:{_cloud.Port}", AuthenticationRegion = "eu-central-1", TrustedRoots = [] };
        config.TrustedRoots.ImportFromPemFile(_cloud.CaFile);
        config.Profile = new Amazon.Profile("default", _cloud.CredentialsFile);
        return new AmazonIoTClient(config);
    }
}
