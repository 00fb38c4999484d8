// AWS's first device SDK (aws-iot-device-sdk) plays a terminal, over TLS with ALPN or over WebSockets that it signs itself.
// Arguments: mtls and the files' directory, or wss and the directory; then port, client id, topic.
import awsIot from "aws-iot-device-sdk";

const [how, files, port, clientId, topic] = process.argv.slice(2);
const common = { clientId, host: "localhost", port: Number(port), region: "eu-central-1", caPath: `${files}/ca.pem`, keepalive: 60 };
const device = awsIot.device(how === "mtls"
    ? { ...common, certPath: `${files}/certificate.pem`, keyPath: `${files}/private.key`, ALPNProtocols: ["x-amzn-mqtt-ca"] }
    : {
        ...common, protocol: "wss", accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretKey: process.env.AWS_SECRET_ACCESS_KEY,
        sessionToken: process.env.AWS_SESSION_TOKEN,
    });
device.on("connect", () => device.subscribe(topic, { qos: 1 }));
device.on("message", (from, payload) => {
    console.log(JSON.stringify({ topic: from, payload: payload.toString() }));
    device.publish(`${topic}/ack`, "accepted", { qos: 1 }, () => device.end());
});
device.on("error", error => {
    console.error(error.message);
    process.exit(1);
});
