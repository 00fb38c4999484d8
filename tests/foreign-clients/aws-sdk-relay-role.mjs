// AWS's SDK for JavaScript with the relay's role tries what the relay may and may not. Prints what it saw as JSON, an object a line.
// Argument: address of both endpoints.
import { IoTClient, CreatePolicyCommand, CreateThingCommand } from "@aws-sdk/client-iot";
import { IoTDataPlaneClient, PublishCommand, SendDirectMessageCommand } from "@aws-sdk/client-iot-data-plane";

const settings = { endpoint: process.argv[2], region: "eu-central-1", maxAttempts: 1 };
const iot = new IoTClient(settings), data = new IoTDataPlaneClient(settings);
const attempt = async (step, client, command) => {
    try {
        await client.send(command);
        console.log(JSON.stringify({ step, error: null }));
    } catch (error) {
        console.log(JSON.stringify({ step, error: error.name, status: error.$metadata?.httpStatusCode, message: error.message }));
    }
};

await attempt("kick", data, new PublishCommand({ topic: "NL-CAT/NL000123", qos: 1, payload: "kick" }));
await attempt("another topic", data, new PublishCommand({ topic: "FR-CAT/FR000123", payload: "x" }));
await attempt("a direct message on another topic", data, new SendDirectMessageCommand({ clientId: "NL000123", topic: "FR-CAT/FR000123", payload: "x" }));
await attempt("create a thing", iot, new CreateThingCommand({ thingName: "NL000123" }));
await attempt("write a policy", iot, new CreatePolicyCommand({ policyName: "p", policyDocument: '{"Version":"2012-10-17","Statement":[]}' }));
