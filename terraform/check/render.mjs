// Renders the policy documents with Terraform, offline: `node render.mjs` writes terraform/rendered/*.json, `--check` compares.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { terraform, temporaryFolder } from './terraform.mjs';

const rendered = path.resolve(process.argv.find((argument, i) => i > 1 && !argument.startsWith('--'))
  ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '../rendered'));
const check = process.argv.includes('--check');

const scratch = temporaryFolder('render');
const state = path.join(scratch, 'rendered.tfstate');
terraform(rendered, scratch, ['init', '-input=false']);
terraform(rendered, scratch, ['apply', '-auto-approve', '-input=false', `-state=${state}`]);
const documents = JSON.parse(terraform(rendered, scratch, ['output', `-state=${state}`, '-json', 'documents']));

const texts = Object.entries(documents).map(([file, document]) => [file, JSON.stringify(JSON.parse(document), null, 2) + '\n']);
const known = fs.readdirSync(rendered).filter(file => file.endsWith('.json'));
const stale = texts.filter(([file, text]) => !known.includes(file) || fs.readFileSync(path.join(rendered, file), 'utf8') !== text).map(([file]) => file);
const orphans = known.filter(file => !(file in documents));

if (check) {
  for (const file of [...stale, ...orphans]) console.error(`terraform/rendered/${file} is not what Terraform renders: run node terraform/check/render.mjs`);
  process.exitCode = stale.length + orphans.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of texts) fs.writeFileSync(path.join(rendered, file), text);
  for (const file of orphans) fs.rmSync(path.join(rendered, file));
}
