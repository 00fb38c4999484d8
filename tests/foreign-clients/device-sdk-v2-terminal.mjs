// AWS's current device SDK (aws-iot-device-sdk-v2, native code) plays a terminal with MQTT 5, over TLS with ALPN or over WebSockets.
// Arguments: mtls or wss; the files' directory, port, client id, topic. For wss, credentials are in the environment.
import { once } from "node:events";
import { auth, iot, mqtt5 } from "aws-iot-device-sdk-v2";

const [how, files, port, clientId, topic] = process.argv.slice(2);
const Builder = iot.AwsIotMqtt5ClientConfigBuilder;
const builder = how === "mtls"
    ? Builder.newDirectMqttBuilderWithMtlsFromPath("localhost", `${files}/certificate.pem`, `${files}/private.key`)
    : Builder.newWebsocketMqttBuilderWithSigv4Auth("localhost", { region: "eu-central-1", credentialsProvider: auth.AwsCredentialsProvider.newDefault() });
const config = builder
    .withCertificateAuthorityFromPath(undefined, `${files}/ca.pem`)
    .withPort(Number(port))
    .withConnectProperties({ clientId, keepAliveIntervalSeconds: 60 })
    .build();

const client = new mqtt5.Mqtt5Client(config);
client.on("connectionFailure", ({ error }) => {
    console.error(error.toString());
    process.exit(1);
});
client.on("messageReceived", async ({ message }) => {
    const text = new TextDecoder().decode(message.payload);
    console.log(JSON.stringify({ topic: message.topicName, payload: text, contentType: message.contentType, expiry: message.messageExpiryIntervalSeconds }));
    await client.publish({ topicName: `${topic}/ack`, qos: mqtt5.QoS.AtLeastOnce, payload: "accepted" });
    client.stop();
});
client.on("stopped", () => process.exit(0)); // its native threads would keep the process
client.start();
await once(client, "connectionSuccess");
await client.subscribe({ subscriptions: [{ topicFilter: topic, qos: mqtt5.QoS.AtLeastOnce }] });
