using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's SDK for Python, from Debian's package python3-boto3: older than what AWS serves today, and it must work too.</summary>
[CancelAfter(180_000)]
internal sealed class Boto3Tests : ForeignFixture
{
    // Each operation that CloudKick uses and this botocore knows, once; prints a line for each step.
    private const string Script = """
        import json, sys, boto3
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
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]})
        iot.create_policy(policyName="foreign-terminal", policyDocument=policy)
        print(iot.get_policy(policyName="foreign-terminal")["policyDocument"] == policy)
        second = iot.create_keys_and_certificate(setAsActive=True)
        print(second["keyPair"]["PrivateKey"].splitlines()[0])
        template = json.dumps({
            "Parameters": {"Id": {"Type": "String"}, "Request": {"Type": "String"}},
            "Resources": {
                "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": "Id"}}},
                "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateSigningRequest": {"Ref": "Request"}, "Status": "ACTIVE"}},
                "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "foreign-terminal"}}}})
        registered = iot.register_thing(templateBody=template, parameters={"Id": "NL000778", "Request": csr})
        print(registered["resourceArns"]["thing"], registered["certificatePem"].splitlines()[0])
        print(iot.describe_thing(thingName="NL000778")["thingName"])
        refused(iot.describe_thing, thingName="nobody")
        refused(iot.delete_certificate, certificateId=certificate["certificateId"])
        refused(data.publish, topic="$aws/x")
        iot.update_certificate(certificateId=certificate["certificateId"], newStatus="INACTIVE")
        iot.detach_thing_principal(thingName="NL000777", principal=certificate["certificateArn"])
        iot.detach_policy(policyName="cloudkick-terminal", target=certificate["certificateArn"])
        iot.delete_certificate(certificateId=certificate["certificateId"])
        refused(iot.describe_certificate, certificateId=certificate["certificateId"])
        iot.delete_thing(thingName="NL000777")
        refused(iot.describe_thing, thingName="NL000777")
        """;

    [Test]
    public async Task It_provisions_publishes_and_removes(CancellationToken cancellationToken)
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
            "True",
            "-----BEGIN RSA PRIVATE KEY-----",
            "arn:aws:iot:eu-central-1:000000000000:thing/NL000778 -----BEGIN CERTIFICATE-----",
            "NL000778",
            "404 ResourceNotFoundException",
            "406 CertificateStateException",
            "400 InvalidRequestException",
            "404 ResourceNotFoundException",
            "404 ResourceNotFoundException",
        }));
        Assert.That(received.Payload.ToArray(), Is.EqualTo("kick"u8.ToArray()));
    }
}
