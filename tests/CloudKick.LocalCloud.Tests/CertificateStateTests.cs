using System.Net;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>What a certificate's state does to connections that come and to those that are there.</summary>
[CancelAfter(60_000)]
internal sealed class CertificateStateTests : CloudFixture
{
    private DeviceCertificate _certificate = null!;

    protected override LocalCloudPolicies Policies => new();

    private Registry Registry => Cloud.Server.Registry;

    private static IEnumerable<TestCaseData<Action<Registry, string>>> Endings =>
    [
        new((registry, id) => registry.UpdateCertificate(id, CertificateStatus.Inactive)) { TestName = "INACTIVE" },
        new((registry, id) => registry.UpdateCertificate(id, CertificateStatus.Revoked)) { TestName = "REVOKED" },
        new(Delete) { TestName = "Deleted" },
    ];

    [SetUp]
    public async Task RegisterAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _certificate = Cloud.Server.IssueDeviceCertificate(Terminal);
        await using var first = await ConnectAsync(deadline.Token); // registers it
    }

    [TestCaseSource(nameof(Endings))]
    public async Task It_completes_the_handshake_and_is_closed_without_a_word(Action<Registry, string> end)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        end(Registry, _certificate.CertificateId);

        foreach (string protocol in (string[])["x-amzn-mqtt-ca", "x-amzn-http-ca"])
        {
            await using var client = await RawClient.OpenAsync(Cloud.Server, _certificate, deadline.Token, protocol);
            await client.ExpectClosedAsync(null, deadline.Token);
        }
    }

    [TestCaseSource(nameof(Endings))]
    public async Task It_ends_connections_that_are_there(Action<Registry, string> end)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var terminal = await ConnectAsync(deadline.Token);
        using var operators = ApiClient.Signed(Cloud);

        end(Registry, _certificate.CertificateId);

        await terminal.ExpectClosedAsync(MqttReasonCode.NotAuthorized, deadline.Token);
        await Control.WaitForDisconnectedAsync(Terminal, deadline.Token);
        var record = await operators.GetAsync($"/connections/{Terminal}", deadline.Token);
        Assert.That(record.Text("disconnectReason"), Is.EqualTo("AUTH_ERROR"));
    }

    [Test]
    public async Task An_HTTPS_connection_that_is_there_gets_403(CancellationToken cancellationToken)
    {
        using var relay = ApiClient.WithCertificate(Cloud, "relay");
        var before = await relay.PostAsync("/topics/NL-CAT%2FNL000123", [], cancellationToken);
        string id = Registry.ListCertificates().Single(certificate => certificate.CertificateId != _certificate.CertificateId).CertificateId;

        Registry.UpdateCertificate(id, CertificateStatus.Inactive);
        var after = await relay.PostAsync("/topics/NL-CAT%2FNL000123", [], cancellationToken);

        Assert.That((before.Status, after.Status), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Forbidden)));
    }

    [Test]
    public async Task An_inactive_certificate_may_be_activated_again(CancellationToken cancellationToken)
    {
        Registry.UpdateCertificate(_certificate.CertificateId, CertificateStatus.Inactive);
        Registry.UpdateCertificate(_certificate.CertificateId, CertificateStatus.Active);

        await using var terminal = await ConnectAsync(cancellationToken);

        await terminal.PingAsync(cancellationToken);
    }

    [Test]
    public async Task A_second_certificate_of_the_thing_connects_while_the_first_is_retired(CancellationToken cancellationToken)
    {
        var second = Cloud.Server.IssueDeviceCertificate(Terminal);
        var terminal = await Cloud.OpenAsync(second, cancellationToken);
        await terminal.ConnectAsync(Connect(), cancellationToken);

        Registry.UpdateCertificate(_certificate.CertificateId, CertificateStatus.Revoked);

        await terminal.PingAsync(cancellationToken);
        Assert.That(Registry.ListThingPrincipals(Terminal), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_policys_new_default_version_acts_on_connections_that_are_there(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(cancellationToken);
        var before = await terminal.PublishAsync(AckTopic, "x", cancellationToken);

        Registry.CreatePolicyVersion(
            "cloudkick-terminal", """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iot:Publish","Resource":"*"}}""", setAsDefault: true);

        Assert.That(before, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await terminal.PublishAsync(AckTopic, "x", cancellationToken), Is.EqualTo(MqttReasonCode.NotAuthorized));
    }

    private static void Delete(Registry registry, string id)
    {
        registry.UpdateCertificate(id, CertificateStatus.Inactive);
        registry.DetachThingPrincipal(Terminal, registry.DescribeCertificate(id).CertificateArn);
        registry.DeleteCertificate(id, forceDelete: true);
    }

    private static ConnectPacket Connect() => new() { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = 1200 };

    private async Task<RawClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(_certificate, cancellationToken);
        Assert.That((await client.ConnectAsync(Connect(), cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        return client;
    }
}

/// <summary>AWS takes minutes until a change acts; LocalCloud as long as it is told to.</summary>
[CancelAfter(60_000)]
internal sealed class PolicyDelayTests : CloudFixture
{
    protected override LocalCloudOptions Configure(LocalCloudOptions options) => options with { PolicyDelay = TimeSpan.FromMinutes(5) };

    [Test]
    public async Task A_deactivation_acts_when_the_delay_is_over(CancellationToken cancellationToken)
    {
        var certificate = Cloud.Server.IssueDeviceCertificate(Terminal);
        var terminal = await Cloud.OpenAsync(certificate, cancellationToken);
        await terminal.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = 1200 }, cancellationToken);

        Cloud.Server.Registry.UpdateCertificate(certificate.CertificateId, CertificateStatus.Inactive);
        Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(2));
        await terminal.PingAsync(cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(3));

        await terminal.ExpectClosedAsync(MqttReasonCode.NotAuthorized, cancellationToken);
    }
}

/// <summary>What AWS asks of a subscriber besides subscribing, and of a publisher besides publishing.</summary>
[CancelAfter(60_000)]
internal sealed class ReceiveAndRetainTests : CloudFixture
{
    protected override LocalCloudPolicies Policies => new()
    {
        Terminal = """
            {
              "Version": "2012-10-17",
              "Statement": [
                { "Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe", "iot:Publish"], "Resource": "*" },
                { "Effect": "Allow", "Action": "iot:Receive", "Resource": "arn:aws:iot:*:*:topic/heard" }
              ]
            }
            """,
        Relay = LocalCloudPolicies.AllowEverything.Relay,
    };

    [Test]
    public async Task Without_Receive_a_subscription_stays_silent(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync("#", cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.PublishAsync("not heard", "x", cancellationToken);
        await relay.PublishAsync("heard", "x", cancellationToken);

        Assert.That((await terminal.ReceiveMessageAsync(cancellationToken)).Topic, Is.EqualTo("heard"));
        await terminal.ExpectNothingAsync(cancellationToken);
        Assert.That(Control.QueuedMessages(Terminal), Is.Zero);
    }

    [Test]
    public async Task Retaining_needs_RetainPublish(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);

        Assert.That(await terminal.PublishAsync(Message("a", "x"), cancellationToken), Is.EqualTo(MqttReasonCode.Success));
        Assert.That(await terminal.PublishAsync(Message("a", "x") with { Retain = true }, cancellationToken), Is.EqualTo(MqttReasonCode.NotAuthorized));
    }
}
