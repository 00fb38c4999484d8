// Rules that no schema holds: `node rules.mjs [ROOT]` prints what breaks them. No private key can come into a state, policies are written
// in one place, everything that a user sees is described, the provider's version range admits the schema that was checked against.
import fs from 'node:fs';
import path from 'node:path';
import { folders, read, root as ownRoot } from './hcl.mjs';
import { readSchema } from './provider.mjs';

const root = path.resolve(process.argv[2] ?? ownRoot);

// Providers that could put a key or a password into a state, or that have no schema here.
const ALLOWED_PROVIDERS = ['aws'];

// Arguments through which a secret would be written to the state. Their write-only twins (`…_wo`) are not.
const SECRET_ARGUMENTS = {
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary'],
  aws_rds_cluster: ['master_password'],
  aws_db_instance: ['password'],
  aws_ssm_parameter: ['value', 'insecure_value'],
};

// Resources whose very being is a secret in the state.
const SECRET_RESOURCES = ['aws_iam_access_key', 'aws_iam_user_login_profile', 'aws_key_pair', 'aws_lightsail_key_pair', 'random_password', 'tls_private_key'];

const SECRET_OUTPUT = /private_key|secret_string|master_password|secret_value/;

const faults = [];
const version = readSchema().version;

for (const folder of folders(root)) {
  const configuration = await read(path.join(root, folder));
  described(folder, configuration);
  providers(folder, configuration);
  noSecrets(folder, configuration);
  policiesInOnePlace(folder);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;

function described(folder, { variable = {}, output = {}, terraform, files }) {
  for (const [name, [body]] of Object.entries(variable)) {
    if (!body.description) faults.push(`${folder}: variable ${name} has no description`);
    if (!body.type) faults.push(`${folder}: variable ${name} has no type`);
    if (body.default !== null && body.nullable !== false) faults.push(`${folder}: variable ${name} takes null though it has no meaning: nullable = false`);
  }
  for (const [name, [body]] of Object.entries(output)) {
    if (!body.description) faults.push(`${folder}: output ${name} has no description`);
  }
  if (!terraform?.some(block => block.required_version)) faults.push(`${folder}: no required_version`);
  if (folder.startsWith('modules')) {
    for (const file of ['main.tf', 'outputs.tf', 'variables.tf', 'versions.tf']) if (!files.includes(file)) faults.push(`${folder}: no ${file}`);
  }
}

function providers(folder, { terraform = [], resource = {}, data = {} }) {
  const required = Object.assign({}, ...terraform.flatMap(block => block.required_providers ?? []));
  for (const [name, { source, version: range }] of Object.entries(required)) {
    if (!ALLOWED_PROVIDERS.includes(name)) faults.push(`${folder}: provider ${name} is not allowed (${source})`);
    else if (!admits(range, version)) faults.push(`${folder}: required_providers ${name} "${range}" does not admit ${version}, which this was checked against`);
  }
  const used = new Set([...Object.keys(resource), ...Object.keys(data)].map(type => type.split('_')[0]));
  for (const name of used) if (!(name in required)) faults.push(`${folder}: provider ${name} is used and not in required_providers`);
}

function noSecrets(folder, { resource = {}, data = {}, output = {}, variable = {} }) {
  for (const [type, named] of Object.entries(resource)) {
    for (const [name, [body]] of Object.entries(named)) {
      const where = `${folder}: ${type}.${name}`;
      if (SECRET_RESOURCES.includes(type)) faults.push(`${where} would keep a secret in the state`);
      for (const argument of SECRET_ARGUMENTS[type] ?? []) if (argument in body) faults.push(`${where}.${argument} would keep a secret in the state: use its write-only form`);
      if (type === 'aws_iot_certificate' && !body.csr && !body.certificate_pem) faults.push(`${where} has no csr: AWS would make the key, and the state would keep it`);
      if (type === 'aws_rds_cluster' && body.manage_master_user_password !== true) faults.push(`${where}: manage_master_user_password is not true`);
    }
  }
  if ('aws_secretsmanager_secret_version' in data) faults.push(`${folder}: reading a secret's value keeps it in the state`);
  for (const [name, [body]] of Object.entries(output)) {
    if (SECRET_OUTPUT.test(JSON.stringify(body.value))) faults.push(`${folder}: output ${name} gives a secret away`);
  }
  for (const [name, [body]] of Object.entries(variable)) {
    if (/(private_key|password|secret)(?!.*_arn$)/.test(name) && body.ephemeral !== true) faults.push(`${folder}: variable ${name} would keep a secret in plans: ephemeral = true`);
  }
}

// Where the documents are checked: actions, resources, sizes.
function policiesInOnePlace(folder) {
  if (folder === path.join('modules', 'policies')) return;
  for (const file of fs.readdirSync(path.join(root, folder)).filter(name => name.endsWith('.tf'))) {
    const text = fs.readFileSync(path.join(root, folder, file), 'utf8');
    if (/\bStatement\s*=|aws_iam_policy_document/.test(text)) faults.push(`${folder}/${file}: a policy is written outside modules/policies, where nothing checks it`);
  }
}

function admits(range, of) {
  const parts = text => text.split('.').map(Number);
  const compare = (a, b) => parts(a).map((part, i) => part - (parts(b)[i] ?? 0)).find(difference => difference !== 0) ?? 0;
  return range.split(',').every(clause => {
    const [, operator, bound] = /^\s*(>=|<=|>|<|=|~>)?\s*([0-9.]+)\s*$/.exec(clause) ?? [];
    const order = compare(of, bound);
    switch (operator) {
      case '>=': return order >= 0;
      case '<=': return order <= 0;
      case '>': return order > 0;
      case '<': return order < 0;
      case '~>': return order >= 0 && parts(bound).slice(0, -1).every((part, i) => parts(of)[i] === part);
      default: return order === 0;
    }
  });
}
