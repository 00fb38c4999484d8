// Reads the JavaScript that CDK Terrain generates from a provider's schema: not a parser of JavaScript, but of what its generator writes.
import fs from 'node:fs';
import path from 'node:path';

/** All of a generated folder's JavaScript, or undefined where there is none: one resource, data source or the provider each. */
export function readModule(folder) {
  if (!fs.existsSync(path.join(folder, 'index.js'))) return undefined;
  return fs.readdirSync(folder, { recursive: true }).filter(file => file.endsWith('.js')).sort()
    .map(file => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n');
}

/** Class name to what it extends and its body. */
export function classes(text) {
  const found = new Map();
  for (const [, name, base, body] of text.matchAll(/^class (\w+) extends cdktn\.(\w+) \{\n([\s\S]*?)^\}$/gm)) found.set(name, { base, body });
  return found;
}

/** A class's attributes from the comment that stands before each: `// name - computed: true, optional: true, required: false`. */
export function attributes(body) {
  const comments = [...body.matchAll(/^ {4}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n/gm)];
  return comments.map((comment, i) => {
    const [line, name, computed, optional, required] = comment;
    return {
      name,
      computed: computed === 'true',
      optional: optional === 'true',
      required: required === 'true',
      code: body.slice(comment.index + line.length, comments[i + 1]?.index ?? body.length),
    };
  });
}

/** The class that holds a nested attribute's value: its name, and whether it is a set. Undefined for a plain value. */
export function holder(body, name) {
  const [, type, isSet] = new RegExp(`^ +(?:this\\.)?_\\w+ = new (?:\\w+\\.)?(\\w+)\\(this, "${name}"(?:, (true|false))?\\);`, 'm').exec(body) ?? [];
  return type && { type, isSet: isSet === 'true' };
}

/** The getter that reads an attribute: `getStringAttribute`, and whether a set is made a list on the way. */
export function getter(code) {
  const [, returned] = /get \w+\(\) \{\n[\s\S]*?return (.*);/.exec(code) ?? [];
  const [, name] = /this\.(get\w+Attribute)\('/.exec(returned ?? '') ?? [];
  return name && { name, isSet: returned.includes('Fn.tolist(') };
}

/** What a function that writes HCL says of each argument: block or attribute, `list`, `set`, `simple`, …, and how it is stored. */
export function hclArguments(source) {
  const found = new Map();
  const entry = /^ {8,12}"?([\w-]+)"?: \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",/gm;
  for (const [, name, value, isBlock, type, stored] of (source ?? '').matchAll(entry)) {
    const [, mapsBlocks] = /(?:list|hash)Mapper(?:Hcl)?\((?:\w+\.)?\w+ToHclTerraform, (true|false)\)/.exec(value) ?? [];
    found.set(name, { isBlock: isBlock === 'true', mapsBlocks: mapsBlocks === 'true', type, stored });
  }
  return found;
}

/** Names of a resource's write-only arguments. */
export const writeOnly = body =>
  [...(method(body, 'synthesizeAttributes') ?? '').matchAll(/^ +"?(\w+)"?: this\.markWriteOnlyAttribute\(/gm)].map(([, name]) => name);

/** The source of a top-level function, or undefined. */
export function functionSource(text, name) {
  const start = text.indexOf(`\nfunction ${name}(`);
  return start < 0 ? undefined : text.slice(start, text.indexOf('\n}', start));
}

/** The source of a method, or undefined. */
export function method(body, name) {
  const start = body.indexOf(`    ${name}() {`);
  return start < 0 ? undefined : body.slice(start, body.indexOf('\n    }\n', start));
}
