using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>
/// AWS's "Device provisioning MQTT API", with the claim policy and the template that Terraform renders: a device that has only
/// the claim's certificate gets its own and becomes a terminal.
/// </summary>
[CancelAfter(60_000)]
internal sealed class ProvisioningByClaimTests : CloudFixture
{
    private const string FromCsr = "$aws/certificates/create-from-csr/json";
    private const string Provision = "$aws/provisioning-templates/cloudkick-terminal/provision/json";
    private const string NewTerminal = "NL000777";

    private ECDsa _key = null!;

    protected override LocalCloudPolicies Policies => new();

    private Registry Registry => Cloud.Server.Registry;

    [SetUp]
    public void CreateKey() => _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [TearDown]
    public void DisposeKey() => _key.Dispose();

    [Test]
    public async Task A_device_with_a_claim_becomes_a_terminal(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);

        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        var provisioned = await AskAsync(claim, Provision, Request(created, NewTerminal), "accepted", cancellationToken);
        var terminal = await OpenAsync(created, cancellationToken);
        var answer = await terminal.ConnectAsync(Connect(NewTerminal), cancellationToken);
        var codes = await terminal.SubscribeAsync($"NL-CAT/{NewTerminal}", cancellationToken);

        Assert.That(provisioned.ToString(), Is.EqualTo($$"""{"deviceConfiguration":{},"thingName":"{{NewTerminal}}"}"""));
        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(codes, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(Registry.DescribeThing(NewTerminal).ThingTypeName, Is.EqualTo("cloudkick-terminal"));
        Assert.That(Registry.DescribeCertificate(Id(created)).Status, Is.EqualTo(CertificateStatus.Active));
    }

    [Test]
    public async Task The_certificate_that_is_handed_out_is_for_the_devices_key_and_not_yet_active(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);

        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        var early = await OpenAsync(created, cancellationToken);

        using var certificate = X509Certificate2.CreateFromPem(created.GetProperty("certificatePem").GetString());
        Assert.That(created.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "certificateId", "certificatePem", "certificateOwnershipToken" }));
        Assert.That(certificate.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfo(), Is.EqualTo(_key.ExportSubjectPublicKeyInfo()));
        Assert.That(Registry.DescribeCertificate(Id(created)).Status, Is.EqualTo(CertificateStatus.PendingActivation));
        await early.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_token_is_good_once(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);
        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        await AskAsync(claim, Provision, Request(created, NewTerminal), "accepted", cancellationToken);

        var rejected = await AskAsync(claim, Provision, Request(created, "NL000888"), "rejected", cancellationToken);

        Assert.That(Describe(rejected), Is.EqualTo("400 InvalidCertificateOwnershipToken"));
    }

    [Test]
    public async Task A_token_is_good_for_its_own_certificate_only(CancellationToken cancellationToken)
    {
        var others = Registry.CreateCertificateFromCsr((string?)Csr()["certificateSigningRequest"], setAsActive: false).CertificateId;
        var claim = await ConnectClaimAsync(cancellationToken);
        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        var request = Request(created, NewTerminal);
        request["parameters"]!["AWS::IoT::Certificate::Id"] = others;

        await AskAsync(claim, Provision, request, "accepted", cancellationToken);

        Assert.That(Registry.DescribeCertificate(others).Status, Is.EqualTo(CertificateStatus.Inactive));
        Assert.That(Registry.ListThingPrincipals(NewTerminal).Select(pair => pair.PrincipalArn), Is.EqualTo(new[] { Registry.DescribeCertificate(Id(created)).CertificateArn }));
    }

    [Test]
    public async Task A_token_is_good_for_an_hour_and_its_certificate_goes_with_it(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);
        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);

        await PassAsync(claim, TimeSpan.FromMinutes(60), cancellationToken);
        var rejected = await AskAsync(claim, Provision, Request(created, NewTerminal), "rejected", cancellationToken);
        await PassAsync(claim, TimeSpan.FromSeconds(1), cancellationToken);

        Assert.That(Describe(rejected), Is.EqualTo("400 InvalidCertificateOwnershipToken"));
        Assert.That(() => Registry.DescribeCertificate(Id(created)), Throws.InstanceOf<RegistryException>().With.Property("Fault").EqualTo(RegistryFault.ResourceNotFound));
    }

    [Test]
    public async Task A_certificate_that_was_put_to_use_outlives_the_hour(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);
        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        await AskAsync(claim, Provision, Request(created, NewTerminal), "accepted", cancellationToken);

        await PassAsync(claim, TimeSpan.FromHours(2), cancellationToken);

        Assert.That(Registry.DescribeCertificate(Id(created)).Status, Is.EqualTo(CertificateStatus.Active));
    }

    [Test]
    public async Task A_request_that_was_rejected_may_be_made_again(CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);
        var created = await AskAsync(claim, FromCsr, Csr(), "accepted", cancellationToken);
        var incomplete = Request(created, NewTerminal);
        incomplete["parameters"] = new JsonObject();

        var rejected = await AskAsync(claim, Provision, incomplete, "rejected", cancellationToken);
        await AskAsync(claim, Provision, Request(created, NewTerminal), "accepted", cancellationToken);

        Assert.That(Describe(rejected), Is.EqualTo("400 InvalidRequest"));
        Assert.That(rejected.GetProperty("errorMessage").GetString(), Does.Contain("TerminalId"));
    }

    [TestCase(FromCsr, "not JSON", "400 InvalidRequest")]
    [TestCase(FromCsr, "null", "400 InvalidRequest")]
    [TestCase(FromCsr, "{}", "400 InvalidRequest")]
    [TestCase(FromCsr, """{"certificateSigningRequest":"not one"}""", "400 InvalidRequest")]
    [TestCase(Provision, "{}", "400 InvalidCertificateOwnershipToken")]
    [TestCase(Provision, """{"certificateOwnershipToken":"unknown","parameters":{"TerminalId":"NL000777"}}""", "400 InvalidCertificateOwnershipToken")]
    public async Task What_is_wrong_is_rejected(string topic, string payload, string expected, CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);

        var rejected = await AskAsync(claim, topic, Encoding.UTF8.GetBytes(payload), "rejected", cancellationToken);

        Assert.That(Describe(rejected), Is.EqualTo(expected));
        Assert.That(rejected.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "statusCode", "errorCode", "errorMessage" }));
    }

    [Test]
    public async Task The_answer_goes_to_the_connection_that_asked(CancellationToken cancellationToken)
    {
        var asking = await ConnectClaimAsync(cancellationToken);
        var other = await ConnectClaimAsync(cancellationToken, "claim-2");
        await other.SubscribeAsync($"{FromCsr}/accepted", cancellationToken);

        await AskAsync(asking, FromCsr, Csr(), "accepted", cancellationToken);

        await other.ExpectNothingAsync(cancellationToken);
    }

    [TestCase("$aws/certificates/create/json")]
    [TestCase("$aws/provisioning-templates/another/provision/json")]
    [TestCase(KickTopic)]
    public async Task A_claim_may_do_nothing_else(string topic, CancellationToken cancellationToken)
    {
        var claim = await ConnectClaimAsync(cancellationToken);

        Assert.That(await claim.PublishAsync(topic, "{}", cancellationToken), Is.EqualTo(MqttReasonCode.NotAuthorized));
    }

    private Task<RawClient> ConnectClaimAsync(CancellationToken cancellationToken, string clientId = "claim-1") =>
        ConnectAsync(Cloud, "claim", clientId, cancellationToken);

    internal static async Task<RawClient> ConnectAsync(TestCloud cloud, string thingName, string clientId, CancellationToken cancellationToken)
    {
        var client = await cloud.OpenAsync(thingName, cancellationToken);
        Assert.That((await client.ConnectAsync(Connect(clientId), cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        return client;
    }

    private static ConnectPacket Connect(string clientId) => new() { Version = MqttProtocolVersion.V5, ClientIdentifier = clientId, KeepAlive = 1200 };

    /// <summary>Subscribes to an answer, asks, and reads it.</summary>
    private static Task<JsonElement> AskAsync(RawClient client, string topic, JsonObject request, string answer, CancellationToken cancellationToken) =>
        AskAsync(client, topic, Encoding.UTF8.GetBytes(request.ToJsonString()), answer, cancellationToken);

    internal static async Task<JsonElement> AskAsync(RawClient client, string topic, byte[] request, string answer, CancellationToken cancellationToken)
    {
        await client.SubscribeAsync($"{topic}/{answer}", cancellationToken);
        await client.PublishAsync(new MqttMessage { Topic = topic, Payload = request }, cancellationToken);
        var message = await client.ReceiveMessageAsync(cancellationToken);
        Assert.That(message.Topic, Is.EqualTo($"{topic}/{answer}"));
        return JsonDocument.Parse(message.Payload).RootElement;
    }

    private async Task PassAsync(RawClient client, TimeSpan time, CancellationToken cancellationToken)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(20))
        {
            Time.Advance(time - passed < TimeSpan.FromMinutes(20) ? time - passed : TimeSpan.FromMinutes(20));
            await client.PingAsync(cancellationToken);
        }
    }

    private JsonObject Csr() => new()
    {
        ["certificateSigningRequest"] = new CertificateRequest("CN=terminal", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem(),
    };

    private static JsonObject Request(JsonElement created, string terminalId) => new()
    {
        ["certificateOwnershipToken"] = created.GetProperty("certificateOwnershipToken").GetString(),
        ["parameters"] = new JsonObject { ["TerminalId"] = terminalId },
    };

    private Task<RawClient> OpenAsync(JsonElement created, CancellationToken cancellationToken) => Cloud.OpenAsync(
        new DeviceCertificate(
            NewTerminal, Id(created), created.GetProperty("certificatePem").GetString()!, _key.ExportPkcs8PrivateKeyPem(), File.ReadAllText(Cloud.Server.CaFile)),
        cancellationToken);

    private static string Id(JsonElement created) => created.GetProperty("certificateId").GetString()!;

    private static string Describe(JsonElement rejected) => $"{rejected.GetProperty("statusCode").GetInt32()} {rejected.GetProperty("errorCode").GetString()}";
}

/// <summary>What the rendered claim policy does not allow, but AWS offers.</summary>
[CancelAfter(60_000)]
internal sealed class ProvisioningWithoutPolicyTests : CloudFixture
{
    [Test]
    public async Task AWS_makes_the_key_when_asked_to(CancellationToken cancellationToken)
    {
        var claim = await ProvisioningByClaimTests.ConnectAsync(Cloud, "claim", "claim-1", cancellationToken);

        var created = await ProvisioningByClaimTests.AskAsync(claim, "$aws/certificates/create/json", "{}"u8.ToArray(), "accepted", cancellationToken);

        using var certificate = X509Certificate2.CreateFromPem(created.GetProperty("certificatePem").GetString(), created.GetProperty("privateKey").GetString());
        Assert.That(certificate.HasPrivateKey, Is.True);
        Assert.That(created.GetProperty("certificateId").GetString(), Is.EqualTo(CertificateAuthority.IdOf(certificate)));
        Assert.That(created.GetProperty("certificateOwnershipToken").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task A_template_that_is_not_there_is_rejected(CancellationToken cancellationToken)
    {
        var claim = await ProvisioningByClaimTests.ConnectAsync(Cloud, "claim", "claim-1", cancellationToken);
        var created = await ProvisioningByClaimTests.AskAsync(claim, "$aws/certificates/create/json", "{}"u8.ToArray(), "accepted", cancellationToken);
        byte[] request = Encoding.UTF8.GetBytes($$"""{"certificateOwnershipToken":"{{created.GetProperty("certificateOwnershipToken").GetString()}}"}""");

        var rejected = await ProvisioningByClaimTests.AskAsync(
            claim, "$aws/provisioning-templates/another/provision/json", request, "rejected", cancellationToken);

        Assert.That(rejected.GetProperty("statusCode").GetInt32(), Is.EqualTo(404));
        Assert.That(rejected.GetProperty("errorCode").GetString(), Is.EqualTo("ResourceNotFound"));
    }

    [TestCase("$aws/certificates/create/xml")]
    [TestCase("$aws/provisioning-templates//provision/json")]
    public async Task Other_reserved_topics_end_the_connection(string topic, CancellationToken cancellationToken)
    {
        var claim = await ProvisioningByClaimTests.ConnectAsync(Cloud, "claim", "claim-1", cancellationToken);

        await claim.SendAsync(new PublishPacket { Message = Message(topic, "{}") }, cancellationToken);

        await claim.ExpectClosedAsync(MqttReasonCode.TopicNameInvalid, cancellationToken);
    }
}
