using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's SDK for Python, from Debian's package python3-boto3: older than what AWS serves today, and it must work too.</summary>
[CancelAfter(60_000)]
internal sealed class Boto3Tests : ForeignFixture
{
    // Provisions a terminal and publishes to it; prints a line for each step.
    private const string Script = """
        import sys, boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError
        address, csr = sys.argv[1], open(sys.argv[2]).read()
        config = Config(retries={"max_attempts": 0})
        iot = boto3.client("iot", endpoint_url=address, config=config)
        data = boto3.client("iot-data", endpoint_url=address, config=config)

        def refused(call, **arguments):
            try:
                call(**arguments)
                print("done")
            except ClientError as error:
                print(error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])

        print(iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])
        print(iot.create_thing(thingName="NL000777")["thingArn"])
        certificate = iot.create_certificate_from_csr(certificateSigningRequest=csr, setAsActive=True)
        iot.attach_policy(policyName="cloudkick-terminal", target=certificate["certificateArn"])
        iot.attach_thing_principal(thingName="NL000777", principal=certificate["certificateArn"])
        print(iot.list_attached_policies(target=certificate["certificateArn"])["policies"][0]["policyName"])
        print(iot.list_thing_principals(thingName="NL000777")["principals"] == [certificate["certificateArn"]])
        description = iot.describe_certificate(certificateId=certificate["certificateId"])["certificateDescription"]
        print(description["status"], description["validity"]["notAfter"].year)
        data.publish(topic="NL-CAT/NL000123", qos=1, payload=b"kick")
        data.publish(topic="kept/one two", qos=1, retain=True, payload=b"kept")
        print([topic["topic"] for topic in data.list_retained_messages()["retainedTopics"]])
        print(data.get_retained_message(topic="kept/one two")["payload"])
        refused(iot.describe_thing, thingName="nobody")
        refused(iot.delete_certificate, certificateId=certificate["certificateId"])
        refused(data.publish, topic="$aws/x")
        """;

    [Test]
    public async Task It_provisions_and_publishes(CancellationToken cancellationToken)
    {
        string csr = Path.Combine(Files, "request.pem");
        using (var key = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=NL000777", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            await File.WriteAllTextAsync(csr, request.CreateSigningRequestPem(), cancellationToken);
        }
        await using var terminal = await RawClient.OpenAsync(Server, Server.IssueDeviceCertificate(Terminal), cancellationToken);
        await terminal.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V311, ClientIdentifier = Terminal, KeepAlive = 60 }, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);

        await using var boto3 = ForeignProgram.Start("/usr/bin/python3", Operator, "-c", Script, Address, csr);
        string output = await boto3.FinishAsync(cancellationToken);
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            $"localhost:{Server.Port}",
            "arn:aws:iot:eu-central-1:000000000000:thing/NL000777",
            "cloudkick-terminal",
            "True",
            "ACTIVE 2049",
            "['kept/one two']",
            "b'kept'",
            "404 ResourceNotFoundException",
            "406 CertificateStateException",
            "400 InvalidRequestException",
        }));
        Assert.That(received.Payload.ToArray(), Is.EqualTo("kick"u8.ToArray()));
    }
}
