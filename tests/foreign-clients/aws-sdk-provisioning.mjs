// AWS's SDK for JavaScript provisions a terminal, takes it through a rotation, and removes it again.
// Prints what it saw as JSON, an object a line. Arguments: address of the control plane, a signing request's file.
import { readFileSync } from "node:fs";
import {
    IoTClient, AttachPolicyCommand, AttachThingPrincipalCommand, CreateCertificateFromCsrCommand, CreateKeysAndCertificateCommand, CreatePolicyCommand,
    CreateThingCommand, DeleteCertificateCommand, DeletePolicyCommand, DeleteThingCommand, DescribeCertificateCommand, DescribeEndpointCommand,
    DescribeThingCommand, DetachPolicyCommand, DetachThingPrincipalCommand, GetPolicyCommand, GetThingConnectivityDataCommand, ListAttachedPoliciesCommand,
    ListThingPrincipalsCommand, RegisterThingCommand, UpdateCertificateCommand, paginateListThings,
} from "@aws-sdk/client-iot";

const [endpoint, csrFile] = process.argv.slice(2);
const iot = new IoTClient({ endpoint, region: "eu-central-1", maxAttempts: 1 });
const say = (step, value) => console.log(JSON.stringify({ step, ...value }));
const refused = async (step, command) => {
    try {
        await iot.send(command);
        say(step, { error: null });
    } catch (error) {
        say(step, { error: error.name, status: error.$metadata?.httpStatusCode, message: error.message });
    }
};

say("endpoint", { address: (await iot.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }))).endpointAddress });

const thingName = "NL000777", policyName = "foreign-terminal";
const thing = await iot.send(new CreateThingCommand({ thingName, attributePayload: { attributes: { serial: "1234" } } }));
const policyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "*" }],
});
await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
const first = await iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: readFileSync(csrFile, "utf8"), setAsActive: true }));
await iot.send(new AttachPolicyCommand({ policyName, target: first.certificateArn }));
await iot.send(new AttachThingPrincipalCommand({ thingName, principal: first.certificateArn }));

const described = await iot.send(new DescribeThingCommand({ thingName }));
const { certificateDescription } = await iot.send(new DescribeCertificateCommand({ certificateId: first.certificateId }));
say("provisioned", {
    arn: thing.thingArn, serial: described.attributes.serial, version: described.version, status: certificateDescription.status,
    created: certificateDescription.creationDate instanceof Date, ends: certificateDescription.validity.notAfter.getUTCFullYear(),
    samePolicy: (await iot.send(new GetPolicyCommand({ policyName }))).policyDocument === policyDocument,
    policies: (await iot.send(new ListAttachedPoliciesCommand({ target: first.certificateArn }))).policies.map(policy => policy.policyName),
    connected: (await iot.send(new GetThingConnectivityDataCommand({ thingName }))).connected,
});

const second = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
await iot.send(new AttachPolicyCommand({ policyName, target: second.certificateArn }));
await iot.send(new AttachThingPrincipalCommand({ thingName, principal: second.certificateArn }));
const both = (await iot.send(new ListThingPrincipalsCommand({ thingName }))).principals.length;
await iot.send(new UpdateCertificateCommand({ certificateId: first.certificateId, newStatus: "INACTIVE" }));
say("rotated", { both, privateKey: second.keyPair.PrivateKey.split("\n")[0] });

const templateBody = JSON.stringify({
    Parameters: { Id: { Type: "String" }, Certificate: { Type: "String" } },
    Resources: {
        thing: { Type: "AWS::IoT::Thing", Properties: { ThingName: { Ref: "Id" } }, OverrideSettings: { AttributePayload: "MERGE" } },
        certificate: { Type: "AWS::IoT::Certificate", Properties: { CertificateId: { Ref: "Certificate" } } },
    },
});
const parameters = { Id: thingName, Certificate: second.certificateId };
const registered = await iot.send(new RegisterThingCommand({ templateBody, parameters }));
say("registered", { thing: registered.resourceArns.thing, sameCertificate: registered.resourceArns.certificate === second.certificateArn });
await refused("registration without its parameters", new RegisterThingCommand({ templateBody, parameters: {} }));

await refused("thing that is not there", new DescribeThingCommand({ thingName: "nobody" }));
await refused("active certificate", new DeleteCertificateCommand({ certificateId: second.certificateId }));
await refused("policy in use", new DeletePolicyCommand({ policyName }));
await refused("policy that is there", new CreatePolicyCommand({ policyName, policyDocument }));
await refused("policy that is none", new CreatePolicyCommand({ policyName: "none", policyDocument: "{" }));

for (const { certificateArn, certificateId } of [first, second]) {
    await iot.send(new DetachThingPrincipalCommand({ thingName, principal: certificateArn }));
    await iot.send(new DetachPolicyCommand({ policyName, target: certificateArn }));
    await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
    await iot.send(new DeleteCertificateCommand({ certificateId }));
}
await iot.send(new DeleteThingCommand({ thingName }));
await iot.send(new DeletePolicyCommand({ policyName }));
const left = [];
for await (const page of paginateListThings({ client: iot, pageSize: 1 }, {})) left.push(...page.things.map(({ thingName }) => thingName));
say("removed", { left: left.includes(thingName) });
