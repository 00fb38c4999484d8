using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>
/// Provisioning by claim as a terminal would do it: CloudKick's own client, from the claim's certificate to the first kick, with the claim
/// policy, the template and the terminals' policy that Terraform renders.
/// </summary>
[CancelAfter(60_000)]
internal sealed class MqttClientProvisioningTests : CloudFixture
{
    private const string FromCsr = "$aws/certificates/create-from-csr/json";
    private const string Provision = "$aws/provisioning-templates/cloudkick-terminal/provision/json";
    private const string NewTerminal = "NL000777";

    protected override LocalCloudPolicies Policies => new();

    [TestCase(MqttProtocolVersion.V5)]
    [TestCase(MqttProtocolVersion.V311)]
    public async Task A_terminal_with_a_claim_gets_its_certificate_and_then_its_kicks(MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var csr = new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var answers = Channel.CreateUnbounded<MqttMessage>();
        await using var claim = NewClient("claim-1", version, answers, Cloud.Server.IssueDeviceCertificate("claim"));
        await claim.ConnectAsync(cancellationToken);

        var created = await AskAsync(claim, answers, FromCsr, new JsonObject { ["certificateSigningRequest"] = csr }, cancellationToken);
        var provisioned = await AskAsync(
            claim, answers, Provision,
            new JsonObject
            {
                ["certificateOwnershipToken"] = (string?)created["certificateOwnershipToken"], ["parameters"] = new JsonObject { ["TerminalId"] = NewTerminal },
            },
            cancellationToken);
        var kicks = Channel.CreateUnbounded<MqttMessage>();
        var certificate = new DeviceCertificate(
            NewTerminal, (string)created["certificateId"]!, (string)created["certificatePem"]!, key.ExportPkcs8PrivateKeyPem(),
            await File.ReadAllTextAsync(Cloud.Server.CaFile, cancellationToken));
        await using var terminal = NewClient(NewTerminal, version, kicks, certificate);
        await terminal.ConnectAsync(cancellationToken);
        var granted = await terminal.SubscribeAsync([new($"NL-CAT/{NewTerminal}", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await using var relay = NewClient(Relay, MqttProtocolVersion.V5, kicks, Cloud.Server.IssueDeviceCertificate("relay"));
        await relay.ConnectAsync(cancellationToken);
        await relay.PublishAsync(Message($"NL-CAT/{NewTerminal}", "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);

        Assert.That((string?)provisioned["thingName"], Is.EqualTo(NewTerminal));
        Assert.That(granted, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(Text(await kicks.Reader.ReadAsync(cancellationToken)), Is.EqualTo("kick"));
    }

    [Test]
    public async Task What_is_wrong_with_a_request_is_told_and_the_connection_stays(CancellationToken cancellationToken)
    {
        var answers = Channel.CreateUnbounded<MqttMessage>();
        await using var claim = NewClient("claim-1", MqttProtocolVersion.V5, answers, Cloud.Server.IssueDeviceCertificate("claim"));
        await claim.ConnectAsync(cancellationToken);

        var rejected = await AskAsync(claim, answers, FromCsr, new JsonObject { ["certificateSigningRequest"] = "none" }, cancellationToken, "rejected");

        Assert.That((int?)rejected["statusCode"], Is.EqualTo(400));
        Assert.That(claim.State, Is.EqualTo(MqttClientState.Connected));
    }

    /// <summary>Subscribes to both answers, asks, and reads the one that must come.</summary>
    private static async Task<JsonNode> AskAsync(
        MqttClient client, Channel<MqttMessage> answers, string topic, JsonObject request, CancellationToken cancellationToken, string answer = "accepted")
    {
        await client.SubscribeAsync(
            [new($"{topic}/accepted", MqttQualityOfService.AtLeastOnce), new($"{topic}/rejected", MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await client.PublishAsync(Message(topic, request.ToJsonString()) with { QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);
        var message = await answers.Reader.ReadAsync(cancellationToken);
        Assert.That(message.Topic, Is.EqualTo($"{topic}/{answer}"), Text(message));
        return JsonNode.Parse(message.Payload.Span)!;
    }
}
