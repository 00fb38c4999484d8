// A provider for Terraform that has a schema and nothing else: no plan, no apply, no AWS. It says so when it is asked for more, so that
// nothing made with it can pass for a plan.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { decode } from '@msgpack/msgpack';
import { configurationFaults } from './configuration.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const NESTING = { single: 1, list: 2, set: 3, map: 4, group: 5 };
const ERROR = 1;

const protocol = new protobuf.Root().loadSync(path.join(here, 'tfplugin5.proto'), { keepCase: true });

/** The committed schema: { name, version, schemas }. */
export function readSchema(file = path.join(here, 'data/aws-schema.json')) {
  const document = JSON.parse(fs.readFileSync(file, 'utf8'));
  const [[name, schemas]] = Object.entries(document.provider_schemas);
  return { name, version: document.provider_version, schemas };
}

/** Serves the schema on a Unix socket. Returns what TF_REATTACH_PROVIDERS must be, and what ends it. */
export async function serve(socket, { name, schemas } = readSchema()) {
  const server = new grpc.Server();
  server.addService(...service(implementation(schemas)));
  server.addService(...health());
  await new Promise((resolve, reject) => server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), error => (error ? reject(error) : resolve())));
  const reattach = { [name]: { Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: { Network: 'unix', String: socket } } };
  return { reattach: JSON.stringify(reattach), stop: () => server.forceShutdown() };
}

function implementation(schemas) {
  const schemaOnly = [{ severity: ERROR, summary: 'schema-only provider', detail: 'This provider serves the schema and nothing else: it cannot plan or apply.' }];
  const response = {
    provider: schemaMessage(schemas.provider),
    resource_schemas: schemaMessages(schemas.resource_schemas),
    data_source_schemas: schemaMessages(schemas.data_source_schemas),
    server_capabilities: {},
  };
  const validate = of => ({ type_name: type, config }) => ({
    diagnostics: configurationFaults(type, of[type].block, decode(config.msgpack)).map(({ summary, detail }) => ({ severity: ERROR, summary, detail })),
  });
  return {
    GetSchema: () => response,
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    ValidateResourceTypeConfig: validate(schemas.resource_schemas),
    ValidateDataSourceConfig: validate(schemas.data_source_schemas),
    UpgradeResourceState: ({ raw_state: state }) => ({ upgraded_state: { json: state.json } }),
    Configure: () => ({ diagnostics: schemaOnly }),
    Stop: () => ({}),
  };
}

// A type with a part that could not be told is left out, so that its use fails instead of passing unchecked.
function schemaMessages(schemas) {
  return Object.fromEntries(Object.entries(schemas).filter(([, schema]) => !JSON.stringify(schema).includes('"dynamic"'))
    .map(([type, schema]) => [type, schemaMessage(schema)]));
}

const schemaMessage = ({ block }) => ({ version: 0, block: blockMessage(block) });

const blockMessage = ({ attributes, block_types: blocks }) => ({
  attributes: Object.entries(attributes).map(([name, attribute]) => ({ ...attribute, name, type: Buffer.from(JSON.stringify(attribute.type)) })),
  block_types: Object.entries(blocks).map(([name, { nesting_mode: mode, min_items: minimum, max_items: maximum, block }]) =>
    ({ type_name: name, nesting: NESTING[mode], min_items: minimum ?? 0, max_items: maximum ?? 0, block: blockMessage(block) })),
});

// gRPC's tables from the protocol's description.
function service(methods) {
  const definition = {};
  const handlers = {};
  for (const { name, requestType, responseType } of protocol.lookupService('tfplugin5.Provider').methodsArray) {
    const request = protocol.lookupType(`tfplugin5.${requestType}`);
    const response = protocol.lookupType(`tfplugin5.${responseType}`);
    definition[name] = unary(`/tfplugin5.Provider/${name}`, bytes => request.decode(bytes), message => Buffer.from(response.encode(message).finish()));
    handlers[name] = (call, callback) => {
      try {
        callback(null, methods[name](call.request));
      } catch (error) {
        callback({ code: grpc.status.INTERNAL, details: String(error?.stack ?? error) });
      }
    };
  }
  return [definition, handlers];
}

// Terraform asks for the plugin's health first: field 1, SERVING.
function health() {
  return [{ Check: unary('/grpc.health.v1.Health/Check', bytes => bytes, () => Buffer.from([8, 1])) }, { Check: (call, callback) => callback(null, {}) }];
}

function unary(path, requestDeserialize, responseSerialize) {
  return { path, requestStream: false, responseStream: false, requestSerialize: bytes => bytes, requestDeserialize, responseSerialize, responseDeserialize: bytes => bytes };
}
