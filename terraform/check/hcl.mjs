// The configuration's own files, as HCL's parser sees them.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktf/hcl2json';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Folders with a configuration in them, below `root`: `.`, `modules/iot`, …. */
export function folders(root) {
  const inside = parent => fs.readdirSync(path.join(root, parent)).map(name => path.join(parent, name))
    .filter(folder => fs.existsSync(path.join(root, folder, 'main.tf')));
  return ['.', ...inside('modules'), ...inside('examples'), 'rendered'];
}

/** All blocks of a folder's files, merged: { variable, output, resource, … }, with each file's name in `files`. */
export async function read(folder) {
  const files = fs.readdirSync(folder).filter(file => file.endsWith('.tf')).sort();
  const merged = {};
  for (const file of files) {
    for (const [kind, blocks] of Object.entries(await parse(file, fs.readFileSync(path.join(folder, file), 'utf8')))) {
      if (Array.isArray(blocks)) (merged[kind] ??= []).push(...blocks);
      else for (const [label, bodies] of Object.entries(blocks)) mergeLabel(merged[kind] ??= {}, label, bodies);
    }
  }
  return { ...merged, files };
}

// `resource "type" "name"` nests twice, `variable "name"` once.
function mergeLabel(kind, label, bodies) {
  if (Array.isArray(bodies)) kind[label] = bodies;
  else kind[label] = { ...kind[label], ...bodies };
}
