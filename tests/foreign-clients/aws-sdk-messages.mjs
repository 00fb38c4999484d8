// AWS's SDK for JavaScript uses the data endpoint beside a terminal that is connected. Prints what it saw as JSON, an object a line.
// Arguments: address of the data endpoint, the terminal's client id, a topic it receives.
import {
    IoTDataPlaneClient, DeleteConnectionCommand, GetConnectionCommand, GetRetainedMessageCommand, ListRetainedMessagesCommand, ListSubscriptionsCommand,
    PublishCommand, SendDirectMessageCommand,
} from "@aws-sdk/client-iot-data-plane";

const [endpoint, clientId, topic] = process.argv.slice(2);
const data = new IoTDataPlaneClient({ endpoint, region: "eu-central-1", maxAttempts: 1 });
const say = (step, value) => console.log(JSON.stringify({ step, ...value }));
const refused = async (step, command) => {
    try {
        await data.send(command);
        say(step, { error: null });
    } catch (error) {
        say(step, { error: error.name, status: error.$metadata?.httpStatusCode, message: error.message });
    }
};

await data.send(new PublishCommand({
    topic, qos: 1, payload: "published", contentType: "text/plain", responseTopic: `${topic}/ack`, messageExpiry: 30,
    userProperties: JSON.stringify([{ from: "javascript" }]), correlationData: Buffer.from("kck_1").toString("base64"), payloadFormatIndicator: "UTF8_DATA",
}));
const direct = await data.send(new SendDirectMessageCommand({ clientId, topic, payload: "direct", confirmation: true, timeout: 10 }));
say("direct", { message: direct.message, sameId: direct.traceId === direct.$metadata.requestId });

const connection = await data.send(new GetConnectionCommand({ clientId, includeSocketInformation: true }));
const { subscriptions } = await data.send(new ListSubscriptionsCommand({ clientId }));
say("connection", { connected: connection.connected, thingName: connection.thingName, sourceIp: connection.sourceIp, subscriptions });

await data.send(new PublishCommand({ topic: "retained/€ 1", qos: 1, retain: true, payload: "kept" }));
const { retainedTopics } = await data.send(new ListRetainedMessagesCommand({}));
const kept = await data.send(new GetRetainedMessageCommand({ topic: "retained/€ 1" }));
say("retained", { topics: retainedTopics.map(({ topic, payloadSize, qos }) => ({ topic, payloadSize, qos })), payload: Buffer.from(kept.payload).toString() });

await refused("not connected", new SendDirectMessageCommand({ clientId: "nobody", topic, payload: "x" }));
await refused("reserved topic", new PublishCommand({ topic: "$aws/x", payload: "x" }));
await refused("too large", new PublishCommand({ topic, payload: new Uint8Array(128 * 1024 + 1) }));
await refused("disconnect", new DeleteConnectionCommand({ clientId, cleanSession: true }));
await refused("disconnect again", new DeleteConnectionCommand({ clientId }));
