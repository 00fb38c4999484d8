using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's SDK for JavaScript (npm @aws-sdk/client-iot and client-iot-data-plane), unchanged.</summary>
[CancelAfter(180_000)]
internal sealed class AwsSdkTests : ForeignFixture
{
    [Test]
    public async Task It_provisions_rotates_and_removes_a_terminal(CancellationToken cancellationToken)
    {
        string csr = Path.Combine(Files, "request.pem");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            await File.WriteAllTextAsync(csr, new CertificateRequest("CN=NL000777", key, HashAlgorithmName.SHA256).CreateSigningRequestPem(), cancellationToken);

        await using var sdk = ForeignProgram.StartNode("aws-sdk-provisioning.mjs", Operator, Address, csr);
        var steps = Steps(await sdk.FinishAsync(cancellationToken));

        Assert.That(steps["endpoint"].GetProperty("address").GetString(), Is.EqualTo($"localhost:{Server.Port}"));
        Assert.That(steps["provisioned"].ToString(), Is.EqualTo(
            """{"step":"provisioned","arn":"arn:aws:iot:eu-central-1:000000000000:thing/NL000777","serial":"1234","version":1,"status":"ACTIVE","created":true,"ends":2049,"samePolicy":true,"policies":["foreign-terminal"],"connected":false}"""));
        Assert.That(steps["rotated"].ToString(), Is.EqualTo("""{"step":"rotated","both":2,"privateKey":"-----BEGIN RSA PRIVATE KEY-----"}"""));
        Assert.That(steps["registered"].ToString(), Is.EqualTo(
            """{"step":"registered","thing":"arn:aws:iot:eu-central-1:000000000000:thing/NL000777","sameCertificate":true}"""));
        Assert.That(Describe(steps["registration without its parameters"]), Is.EqualTo("400 InvalidRequestException"));
        Assert.That(Describe(steps["thing that is not there"]), Is.EqualTo("404 ResourceNotFoundException"));
        Assert.That(Describe(steps["active certificate"]), Is.EqualTo("406 CertificateStateException"));
        Assert.That(Describe(steps["policy in use"]), Is.EqualTo("409 DeleteConflictException"));
        Assert.That(Describe(steps["policy that is there"]), Is.EqualTo("409 ResourceAlreadyExistsException"));
        Assert.That(Describe(steps["policy that is none"]), Is.EqualTo("400 MalformedPolicyException"));
        Assert.That(steps["removed"].GetProperty("left").GetBoolean(), Is.False);
    }

    [Test]
    public async Task It_publishes_sends_directly_and_asks_about_connections(CancellationToken cancellationToken)
    {
        await using var terminal = await RawClient.OpenAsync(Server, Server.IssueDeviceCertificate(Terminal), cancellationToken);
        await terminal.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = 60 }, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);

        await using var sdk = ForeignProgram.StartNode("aws-sdk-messages.mjs", Operator, Address, Terminal, KickTopic);
        var published = await terminal.ReceiveMessageAsync(cancellationToken);
        var direct = await terminal.ReceiveMessageAsync(cancellationToken);
        var steps = Steps(await sdk.FinishAsync(cancellationToken));

        Assert.That(published.UserProperties, Is.EqualTo(new[] { new MqttUserProperty("from", "javascript") }));
        Assert.That((published.ContentType, published.ResponseTopic, published.MessageExpiryInterval, published.PayloadFormatIndicator),
            Is.EqualTo(("text/plain", AckTopic, (uint?)30, (bool?)true)));
        Assert.That(published.CorrelationData?.ToArray(), Is.EqualTo("kck_1"u8.ToArray()));
        Assert.That(direct.Payload.ToArray(), Is.EqualTo("direct"u8.ToArray()));
        Assert.That(steps["direct"].ToString(), Is.EqualTo("""{"step":"direct","message":"OK","sameId":true}"""));
        Assert.That(steps["connection"].GetProperty("connected").GetBoolean(), Is.True);
        Assert.That(steps["connection"].GetProperty("sourceIp").GetString(), Is.EqualTo("127.0.0.1"));
        Assert.That(steps["connection"].GetProperty("subscriptions").ToString(), Is.EqualTo($$"""[{"topicFilter":"{{KickTopic}}","qos":1}]"""));
        Assert.That(steps["retained"].GetProperty("payload").GetString(), Is.EqualTo("kept"));
        Assert.That(steps["retained"].GetProperty("topics").ToString(), Is.EqualTo("""[{"topic":"retained/€ 1","payloadSize":4,"qos":1}]"""));
        Assert.That(Describe(steps["not connected"]), Is.EqualTo("404 ResourceNotFoundException"));
        Assert.That(Describe(steps["reserved topic"]), Is.EqualTo("400 InvalidRequestException"));
        Assert.That(Describe(steps["too large"]), Does.StartWith("413 "));
        Assert.That(steps["disconnect"].GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Describe(steps["disconnect again"]), Is.EqualTo("404 ResourceNotFoundException"));
    }

    [Test]
    public async Task The_relays_role_is_held_to_what_Terraform_gives_it(CancellationToken cancellationToken)
    {
        var relay = Operator;
        relay["AWS_PROFILE"] = "relay";

        await using var sdk = ForeignProgram.StartNode("aws-sdk-relay-role.mjs", relay, Address);
        var steps = Steps(await sdk.FinishAsync(cancellationToken));

        Assert.That(steps["kick"].GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(steps["create a thing"].GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Describe(steps["another topic"]), Is.EqualTo("403 ForbiddenException"));
        Assert.That(Describe(steps["a direct message on another topic"]), Is.EqualTo("403 ForbiddenException"));
        Assert.That(Describe(steps["write a policy"]), Is.EqualTo("403 AccessDeniedException"));
    }
}
