using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Provisioning by claim as programs that others wrote do it.</summary>
[CancelAfter(120_000)]
internal sealed class ForeignProvisioningTests : ForeignFixture
{
    private const string Template = "cloudkick-terminal";

    [Test]
    public async Task AWSs_device_SDK_provisions_by_claim(CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string csr = Path.Combine(Files, "terminal.csr");
        await File.WriteAllTextAsync(csr, Csr(key), cancellationToken);

        await using var device = ForeignProgram.StartNode(
            "device-sdk-v2-provisioning.mjs", OperatorKeys, WriteCertificate("claim"), $"{Server.Port}", "claim-1", csr, Template, Terminal);
        var told = JsonDocument.Parse(await device.FinishAsync(cancellationToken)).RootElement;

        using var certificate = X509Certificate2.CreateFromPem(told.GetProperty("certificatePem").GetString());
        Assert.That(told.GetProperty("thingName").GetString(), Is.EqualTo(Terminal));
        Assert.That(told.GetProperty("again").GetString(), Is.EqualTo("400 InvalidCertificateOwnershipToken"));
        Assert.That(Server.Registry.DescribeCertificate(CertificateAuthority.IdOf(certificate)).Status, Is.EqualTo(CertificateStatus.Active));
        Assert.That(Server.Registry.ListThingPrincipals(Terminal), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Mosquitto_gets_a_certificate_and_then_plays_the_terminal(CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string claim = WriteCertificate("claim");
        const string create = "$aws/certificates/create-from-csr/json";
        const string provision = $"$aws/provisioning-templates/{Template}/provision/json";

        var created = await AskAsync(claim, "claim-1", create, JsonSerializer.Serialize(new { certificateSigningRequest = Csr(key) }), cancellationToken);
        string token = created.GetProperty("certificateOwnershipToken").GetString()!;
        var provisioned = await AskAsync(
            claim, "claim-2", provision, JsonSerializer.Serialize(new { certificateOwnershipToken = token, parameters = new { TerminalId = Terminal } }), cancellationToken);
        new DeviceCertificate(
            Terminal, created.GetProperty("certificateId").GetString()!, created.GetProperty("certificatePem").GetString()!, key.ExportPkcs8PrivateKeyPem(),
            await File.ReadAllTextAsync(Server.CaFile, cancellationToken)).WriteTo(Path.Combine(Files, Terminal));
        await using var terminal = Start("mosquitto_pub", Path.Combine(Files, Terminal), "-i", Terminal, "-t", AckTopic, "-q", "1", "-m", "here");
        await terminal.FinishAsync(cancellationToken);

        Assert.That(provisioned.GetProperty("thingName").GetString(), Is.EqualTo(Terminal));
        Assert.That(Control.PublishedTo(AckTopic), Is.EqualTo(1));
    }

    private async Task<JsonElement> AskAsync(string files, string clientId, string topic, string request, CancellationToken cancellationToken)
    {
        await using var program = Start("mosquitto_rr", files, "-i", clientId, "-q", "1", "-t", topic, "-e", $"{topic}/accepted", "-m", request, "-W", "60");
        return JsonDocument.Parse(await program.FinishAsync(cancellationToken)).RootElement;
    }

    private ForeignProgram Start(string program, string files, params string[] arguments) => ForeignProgram.Start(
        $"/usr/bin/{program}",
        "mosquitto-clients",
        [
            "-h", "localhost", "-p", $"{Server.Port}", "--tls-alpn", "x-amzn-mqtt-ca",
            "--cafile", Path.Combine(files, DeviceCertificate.CaFile),
            "--cert", Path.Combine(files, DeviceCertificate.CertificateFile),
            "--key", Path.Combine(files, DeviceCertificate.PrivateKeyFile),
            .. arguments,
        ]);

    private static string Csr(ECDsa key) => new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
}
