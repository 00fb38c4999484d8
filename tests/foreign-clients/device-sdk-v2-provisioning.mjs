// AWS's current device SDK (aws-iot-device-sdk-v2): a device with a claim gets its own certificate and becomes a terminal.
// Arguments: the claim's directory, port, client id, file of the signing request, template, terminal id.
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { iot, iotidentity, mqtt5 } from "aws-iot-device-sdk-v2";

const [files, port, clientId, csr, templateName, terminalId] = process.argv.slice(2);
const config = iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath("localhost", `${files}/certificate.pem`, `${files}/private.key`)
    .withCertificateAuthorityFromPath(undefined, `${files}/ca.pem`)
    .withPort(Number(port))
    .withConnectProperties({ clientId, keepAliveIntervalSeconds: 60 })
    .build();

const client = new mqtt5.Mqtt5Client(config);
client.on("connectionFailure", ({ error }) => {
    console.error(error.toString());
    process.exit(1);
});
client.start();
await once(client, "connectionSuccess");

const identity = iotidentity.IotIdentityClientv2.newFromMqtt5(client, {
    maxRequestResponseSubscriptions: 6,
    maxStreamingSubscriptions: 2,
    operationTimeoutInSeconds: 60,
});
try {
    const created = await identity.createCertificateFromCsr({ certificateSigningRequest: readFileSync(csr, "utf8") });
    const { certificateOwnershipToken, certificatePem } = created;
    const registered = await identity.registerThing({ templateName, certificateOwnershipToken, parameters: { TerminalId: terminalId } });
    const again = await identity.registerThing({ templateName, certificateOwnershipToken, parameters: { TerminalId: terminalId } }).catch((error) => error.modeledError);
    console.log(JSON.stringify({ certificatePem, thingName: registered.thingName, again: `${again.statusCode} ${again.errorCode}` }));
} catch (error) {
    console.error(error.toString(), JSON.stringify(error.modeledError));
    process.exit(1);
}
process.exit(0); // its native threads would keep the process
