// Holds every rendered document against AWS's published list of actions: `node actions.mjs [RENDERED]` prints what is not as it should
// be: an action that does not exist, a resource that the action does not know, "*" where a resource can be named.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './hcl.mjs';

const rendered = path.resolve(process.argv[2] ?? path.join(root, 'rendered'));
const { services } = JSON.parse(fs.readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'data/iam-actions.json'), 'utf8'));
const faults = [];
let checked = 0;

for (const file of fs.readdirSync(rendered).filter(name => name.endsWith('.json')).sort()) {
  const { Statement: statements } = JSON.parse(fs.readFileSync(path.join(rendered, file), 'utf8'));
  for (const statement of statements ?? []) for (const action of [statement.Action].flat()) check(file, statement, action);
}
if (checked === 0) faults.push(`${rendered} has no policy`);
for (const fault of faults) console.error(fault);
console.log(`${checked} actions checked`);
process.exitCode = faults.length ? 1 : 0;

function check(file, statement, action) {
  checked++;
  const [service, name] = action.split(':');
  const types = services[service]?.actions[name];
  if (!types) return faults.push(`${file}: AWS knows no action ${action}`);
  if (statement.Principal) return undefined; // who may take on a role: the role itself is the resource

  for (const resource of [statement.Resource].flat()) {
    if (resource === undefined) faults.push(`${file}: ${action} names no resource`);
    else if (resource === '*' && types.length > 0) faults.push(`${file}: ${action} on "*", though AWS knows ${types.join(', ')} for it`);
    else if (resource !== '*' && types.length === 0) faults.push(`${file}: ${action} knows no resource, so ${resource} would never match`);
    else if (resource !== '*' && !types.some(type => pattern(services[service].resources[type]).test(resource))) {
      faults.push(`${file}: ${action} is not for ${resource}, but for ${types.join(', ')}`);
    }
  }
  return undefined;
}

// arn:${Partition}:iot:${Region}:${Account}:thing/${ThingName}
function pattern(arn) {
  const literal = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${arn.split(/\$\{\w+\}/).map(literal).join('.+')}$`);
}
