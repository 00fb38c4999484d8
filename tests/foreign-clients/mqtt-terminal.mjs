// The mqtt client from npm plays a terminal: it subscribes to its topic, answers the first message, and leaves.
// Arguments: mtls and the files' directory, or wss and a presigned address; then port, client id, topic, protocol version (4 or 5).
import { readFileSync } from "node:fs";
import mqtt from "mqtt";

const [how, where, port, clientId, topic, version] = process.argv.slice(2);
const common = { clientId, protocolVersion: Number(version), reconnectPeriod: 0, keepalive: 60 };
const client = how === "mtls"
    ? mqtt.connect({
        ...common, protocol: "mqtts", host: "localhost", port: Number(port), servername: "localhost", ALPNProtocols: ["x-amzn-mqtt-ca"],
        ca: readFileSync(`${where}/ca.pem`), cert: readFileSync(`${where}/certificate.pem`), key: readFileSync(`${where}/private.key`),
    })
    : mqtt.connect(where, common);
client.on("connect", () => client.subscribe(topic, { qos: 1 }));
client.on("message", (from, payload, packet) => {
    console.log(JSON.stringify({ topic: from, payload: payload.toString(), qos: packet.qos, dup: packet.dup, expiry: packet.properties?.messageExpiryInterval }));
    client.publish(`${topic}/ack`, "accepted", { qos: 1 }, () => client.end());
});
let connected = false;
client.on("connect", () => connected = true);
client.stream.on("error", error => console.error(error.message));
client.on("error", error => console.error(error.message));
client.on("close", () => process.exitCode = connected ? 0 : 1);
