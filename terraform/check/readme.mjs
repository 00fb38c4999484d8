// Writes the tables of inputs and outputs in terraform/README.md from the root's variables and outputs; `--check` compares.
import fs from 'node:fs';
import path from 'node:path';
import { read, root as ownRoot } from './hcl.mjs';

const root = path.resolve(process.argv.find((argument, i) => i > 1 && !argument.startsWith('--')) ?? ownRoot);
const file = path.join(root, 'README.md');
const { variable, output } = await read(root);

const cell = text => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const code = text => '`' + cell(text) + '`';
const expression = text => text.replace(/^\$\{([\s\S]*)\}$/, '$1');

// Optional members and their defaults are the description's business.
const type = text => (expression(text).startsWith('object') ? 'object' : expression(text));

function standard(body) {
  if (!('default' in body)) return '**required**';
  return code(typeof body.default === 'string' ? JSON.stringify(expression(body.default)) : JSON.stringify(body.default));
}

const tables = {
  inputs: [
    '| Input | Type | Default | What |', '|---|---|---|---|',
    ...Object.entries(variable).sort(byName).map(([name, [body]]) => `| \`${name}\` | ${code(type(body.type))} | ${standard(body)} | ${cell(body.description)} |`),
  ],
  outputs: [
    '| Output | What |', '|---|---|',
    ...Object.entries(output).sort(byName).map(([name, [body]]) => `| \`${name}\` | ${cell(body.description)} |`),
  ],
};

function byName([a], [b]) {
  return a < b ? -1 : 1;
}

const before = fs.readFileSync(file, 'utf8');
let after = before;
for (const [name, lines] of Object.entries(tables)) {
  const marked = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marked.test(after)) throw new Error(`README.md has no place for ${name}: <!-- ${name} --> … <!-- /${name} -->`);
  after = after.replace(marked, (whole, start, end) => `${start}${lines.join('\n')}\n${end}`);
}

if (!process.argv.includes('--check')) fs.writeFileSync(file, after);
else if (before !== after) {
  console.error('The tables in terraform/README.md are not those of the variables and outputs: run node terraform/check/readme.mjs');
  process.exitCode = 1;
}
