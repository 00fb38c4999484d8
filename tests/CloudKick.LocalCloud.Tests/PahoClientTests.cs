using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Eclipse Paho for Python, as many terminals' software and AWS's own older SDK use it.</summary>
[CancelAfter(120_000)]
internal sealed class PahoClientTests : CloudFixture
{
    // Subscribes to the kick topic, prints the first message and answers it, in the version that it is told.
    private const string Script = """
        import ssl, sys
        import paho.mqtt.client as mqtt
        from paho.mqtt.packettypes import PacketTypes
        port, directory, client_id, version = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
        topic = "NL-CAT/" + client_id
        context = ssl.create_default_context(cafile=directory + "/ca.pem")
        context.load_cert_chain(directory + "/certificate.pem", directory + "/private.key")
        context.set_alpn_protocols(["x-amzn-mqtt-ca"])
        client = mqtt.Client(client_id=client_id, protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311)
        client.tls_set_context(context)

        def on_connect(client, userdata, flags, reason, properties=None):
            print("connected", reason if isinstance(reason, int) else reason.value)
            client.subscribe(topic, qos=1)

        def on_message(client, userdata, message):
            print(message.topic, message.payload.decode(), message.qos, bool(message.dup))
            properties = None
            if version == "5":
                print(message.properties.ResponseTopic, message.properties.CorrelationData.decode(), message.properties.MessageExpiryInterval)
                properties = mqtt.Properties(PacketTypes.PUBLISH)
                properties.CorrelationData = message.properties.CorrelationData
            client.publish(topic + "/ack", "accepted", qos=1, properties=properties)

        def on_publish(client, userdata, mid):
            client.disconnect()

        client.on_connect, client.on_message, client.on_publish = on_connect, on_message, on_publish
        client.will_set(topic + "/status", "gone", qos=1)
        client.connect("localhost", port, keepalive=60)
        client.loop_forever(retry_first_connection=False)
        """;

    [Test]
    public async Task Paho_plays_the_terminal([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        string files = Directory.CreateTempSubdirectory("localcloud-").FullName;
        Cloud.Server.IssueDeviceCertificate(Terminal).WriteTo(files);
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync(AckTopic, cancellationToken);

        await using var terminal = ForeignProgram.Start(
            "/usr/bin/python3", "python3-paho-mqtt", "-c", Script, $"{Cloud.Server.Port}", files, Terminal, version == MqttProtocolVersion.V5 ? "5" : "3.1.1");
        await Control.WaitForSubscribedAsync(Terminal, KickTopic, cancellationToken);
        await relay.PublishAsync(
            Message(KickTopic, "kick") with { ResponseTopic = AckTopic, CorrelationData = "kck_1"u8.ToArray(), MessageExpiryInterval = 30 }, cancellationToken);
        var answer = await relay.ReceiveMessageAsync(cancellationToken);
        string output = await terminal.FinishAsync(cancellationToken);

        Assert.That(Text(answer), Is.EqualTo("accepted"));
        string properties = version == MqttProtocolVersion.V5 ? $"{AckTopic} kck_1 30\n" : "";
        Assert.That(output, Is.EqualTo($"connected 0\n{KickTopic} kick 1 False\n{properties}"));
        if (version == MqttProtocolVersion.V5) Assert.That(answer.CorrelationData?.ToArray(), Is.EqualTo("kck_1"u8.ToArray()));
        Directory.Delete(files, recursive: true);
    }
}
