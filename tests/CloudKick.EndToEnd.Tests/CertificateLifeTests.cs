using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CloudKick.Mqtt;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>A terminal's certificate from its first kick to its end, by the operators' API alone.</summary>
[CancelAfter(180_000)]
internal sealed class CertificateLifeTests
{
    private KickStage _stage = null!;
    private HttpClient _admin = null!;

    [OneTimeSetUp]
    public async Task SetTheStage()
    {
        _stage = await KickStage.StartAsync(new Dictionary<string, string?> { ["CloudKick:Aws:Profile"] = "relay" });
        _admin = await _stage.Relay.CreateAdminClientAsync();
    }

    [OneTimeTearDown]
    public async Task ClearTheStage() => await _stage.DisposeAsync();

    [Test]
    public async Task Provisioned_kicked_rotated_and_its_old_certificate_revoked(CancellationToken cancellationToken)
    {
        var terminal = await _stage.RegisterTerminalAsync();

        // Provisioned: the terminal connects with its certificate, and a kick couples it.
        var first = await ProvisionAsync(terminal, cancellationToken);
        var withFirst = await PlayAsync(terminal, first, cancellationToken);
        await UsesAsync(terminal, first, cancellationToken);
        Assert.That(await KickAsync(terminal, cancellationToken), Is.EqualTo("connected"));
        await withFirst.DisposeAsync();

        // Rotated: the second works while the first still does.
        var second = await ProvisionAsync(terminal, cancellationToken);
        var withSecond = await PlayAsync(terminal, second, cancellationToken);
        await UsesAsync(terminal, second, cancellationToken);
        Assert.That(await KickAsync(terminal, cancellationToken), Is.EqualTo("connected"));
        await withSecond.DisposeAsync();
        await using (var stillFirst = await PlayAsync(terminal, first, cancellationToken))
        {
            await UsesAsync(terminal, first, cancellationToken);

            // Revoked: the terminal that is connected with it is cut off, and does not come back with it.
            await RevokeAsync(terminal, first, cancellationToken);
            await Eventually.HoldsAsync(() => !stillFirst.IsConnected, cancellationToken);
        }

        Assert.That(async () => await PlayAsync(terminal, first, cancellationToken), Throws.InstanceOf<MqttException>());
        await using var again = await PlayAsync(terminal, second, cancellationToken);
        await UsesAsync(terminal, second, cancellationToken);
        Assert.That(await KickAsync(terminal, cancellationToken), Is.EqualTo("connected"));
    }

    [Test]
    public async Task A_provisioned_terminal_cannot_be_another(CancellationToken cancellationToken)
    {
        var mine = await _stage.RegisterTerminalAsync();
        var other = await _stage.RegisterTerminalAsync();
        var certificate = await ProvisionAsync(mine, cancellationToken);

        Assert.That(async () => await PlayAsync(other, certificate, cancellationToken), Throws.InstanceOf<MqttException>());
    }

    private async Task<Identity> ProvisionAsync(string terminal, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={terminal}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var answer = await _admin.AskAsync(
            HttpMethod.Post, $"/v1/admin/terminals/{terminal}/certificates", JsonSerializer.Serialize(new { certificateSigningRequest = request }), cancellationToken);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Text);
        using var root = X509Certificate2.CreateFromPem((string)answer.Json["endpoint"]!["trustedRoots"]!);
        return new Identity(
            (string)answer.Json["certificateId"]!,
            X509Certificate2.CreateFromPem((string)answer.Json["certificatePem"]!, key.ExportPkcs8PrivateKeyPem()),
            X509CertificateLoader.LoadCertificate(root.RawData));
    }

    private async Task<SimulatedTerminal> PlayAsync(string terminal, Identity identity, CancellationToken cancellationToken)
    {
        var simulated = new SimulatedTerminal(new TerminalOptions
        {
            TerminalId = terminal,
            Mqtt = new MqttEndpoint("localhost", _stage.Cloud.Port)
            {
                Tls = new MqttTlsOptions { ApplicationProtocols = ["x-amzn-mqtt-ca"], ClientCertificate = identity.Certificate, TrustedRoots = [identity.Root] },
            },
        });
        try
        {
            await simulated.StartAsync(cancellationToken);
            return simulated;
        }
        catch
        {
            await simulated.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the relay has heard that the terminal is connected with this certificate.</summary>
    private Task UsesAsync(string terminal, Identity identity, CancellationToken cancellationToken) => Eventually.BecomesAsync(
        async () =>
        {
            var last = (await _admin.AskAsync($"/v1/admin/terminals/{terminal}/certificates", cancellationToken)).Json["lastConnection"];
            return ((string?)last?["certificateId"], (bool?)last?["connected"]);
        },
        (identity.Id, true),
        cancellationToken);

    private async Task<string?> KickAsync(string terminal, CancellationToken cancellationToken)
    {
        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);
        return (string?)kick["state"] ?? kick.ToJsonString();
    }

    private async Task RevokeAsync(string terminal, Identity identity, CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, $"/v1/admin/terminals/{terminal}/certificates/{identity.Id}/revoke", null, cancellationToken);
        Assert.That((answer.Status, (string?)answer.Json["status"]), Is.EqualTo((HttpStatusCode.OK, "REVOKED")), answer.Text);
    }

    private sealed record Identity(string Id, X509Certificate2 Certificate, X509Certificate2 Root);
}
