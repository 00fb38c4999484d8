// Writes iot-data.json, iot.json and sqs.json beside this file: AWS's service models, cut down to the operations that CloudKick.AwsIot has.
// Run it when an operation is added or the versions below are raised: `node extract.mjs`. It needs npm; README.md says where the models are from.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const services = {
  "iot-data": {
    package: "@aws-sdk/client-iot-data-plane", version: "3.1138.0",
    operations: ["Publish", "SendDirectMessage", "GetConnection", "DeleteConnection", "ListSubscriptions", "GetRetainedMessage", "ListRetainedMessages"],
  },
  iot: {
    package: "@aws-sdk/client-iot", version: "3.1169.0",
    operations: [
      "DescribeEndpoint", "CreateThing", "DescribeThing", "DeleteThing", "CreateCertificateFromCsr", "CreateKeysAndCertificate",
      "DescribeCertificate", "UpdateCertificate", "DeleteCertificate", "AttachPolicy", "DetachPolicy", "AttachThingPrincipal",
      "DetachThingPrincipal", "ListThingPrincipals", "ListPrincipalThings", "ListCertificates", "CreatePolicy", "GetPolicy", "GetThingConnectivityData", "RegisterThing",
    ],
  },
  sqs: {
    package: "@aws-sdk/client-sqs", version: "3.1169.0",
    operations: ["ReceiveMessage", "DeleteMessageBatch", "GetQueueAttributes"],
  },
};

// Smithy's short schemas: a number for a simple type (64 and 128: list and map of it), an array for a named shape, a function for one defined later.
const simple = { 0: "string", 1: "number", 2: "boolean", 4: "timestamp", 5: "timestamp", 6: "timestamp", 7: "timestamp", 15: "document", 21: "blob", 42: "blob" };
const HTTP_LABEL = 1, HTTP_PAYLOAD = 16;

const resolve = schema => typeof schema === "function" ? schema() : schema;

function typeOf(schema, shapes) {
  schema = resolve(schema);
  if (typeof schema === "number")
    return schema & 128 ? `map<${simple[schema & 63]}>` : schema & 64 ? `list<${simple[schema & 63]}>` : simple[schema];
  const [kind, , name] = schema;
  if (kind === 0) return typeOf(schema[4], shapes);
  if (kind === 1) return `list<${typeOf(untraited(schema[4]), shapes)}>`;
  if (kind === 2) return `map<${typeOf(untraited(schema[5]), shapes)}>`;
  if (Math.abs(kind) === 3) {
    structure(schema, shapes);
    return name;
  }
  throw new Error(`unknown schema ${JSON.stringify(schema)}`);
}

// A member, or an element, with traits of its own is a pair of schema and traits.
const untraited = schema => {
  const resolved = resolve(schema);
  return Array.isArray(resolved) && resolved.length === 2 ? resolved[0] : schema;
};

function structure(schema, shapes) {
  const [, , name, , names, schemas] = schema;
  if (shapes[name]) return;
  const members = shapes[name] = {};
  names.forEach((member, index) => {
    const traits = Array.isArray(schemas[index]) && schemas[index].length === 2 ? schemas[index][1] : 0;
    members[member] = { type: typeOf(untraited(schemas[index]), shapes), ...location(member, traits) };
  });
}

function location(member, traits) {
  if (typeof traits === "object") {
    if (traits.httpQuery) return { in: "Query", wire: traits.httpQuery };
    if (traits.httpHeader) return { in: "Header", wire: traits.httpHeader };
    return {};
  }
  return traits & HTTP_LABEL ? { in: "Path", wire: member } : traits & HTTP_PAYLOAD ? { in: "Payload" } : {};
}

const here = dirname(fileURLToPath(import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "aws-models-"));
try {
  writeFileSync(join(directory, "package.json"), "{}");
  const wanted = Object.values(services).map(service => `${service.package}@${service.version}`);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefix", directory, ...wanted], { stdio: "inherit" });

  for (const [file, service] of Object.entries(services)) {
    const root = join(directory, "node_modules", service.package);
    const model = (await import(pathToFileURL(join(root, "dist-cjs/index.js")))).default;
    const shapes = {}, operations = {}, errors = {};
    for (const name of service.operations) {
      const [, , , traits, input, output] = model[`${name}$`];
      const [request, response] = [resolve(input), resolve(output)];
      if (Array.isArray(request)) structure(request, shapes);
      if (Array.isArray(response)) structure(response, shapes);
      const declaration = readFileSync(join(root, `dist-types/commands/${name}Command.d.ts`), "utf8");
      const thrown = [...declaration.matchAll(/@throws \{@link (\w+)\}/g)].map(match => match[1]).filter(error => !error.endsWith("ServiceException"));
      for (const error of thrown) {
        const [, , shapeName, { httpError }, members] = model[`${error}$`];
        errors[shapeName] = { status: httpError ?? 400, members };
      }
      operations[name] = {
        ...(traits?.http && { method: traits.http[0], path: traits.http[1] }),
        request: Array.isArray(request) ? request[2] : null,
        response: Array.isArray(response) ? response[2] : null,
        errors: thrown.map(error => model[`${error}$`][2]).sort(),
      };
    }
    const extract = { source: `${service.package} ${service.version}, Apache-2.0, Copyright Amazon.com, Inc. or its affiliates`, operations, shapes, errors };
    writeFileSync(join(here, `${file}.json`), JSON.stringify(extract, null, 2) + "\n");
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
