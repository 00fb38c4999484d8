// Makes of CDK Terrain's generated code what `terraform providers schema -json` would print for the provider it was generated from.
// Lost on the way: limits of blocks above one, `sensitive` (overlay.mjs brings back what counts here), deprecation, descriptions.
import * as code from './generated-code.mjs';

const KINDS = { TerraformResource: 'resource', TerraformDataSource: 'data', TerraformProvider: 'provider' };

const TYPE_OF_GETTER = {
  getStringAttribute: 'string', getNumberAttribute: 'number', getBooleanAttribute: 'bool',
  getListAttribute: ['list', 'string'], getNumberListAttribute: ['list', 'number'],
  getStringMapAttribute: ['map', 'string'], getNumberMapAttribute: ['map', 'number'],
  getBooleanMapAttribute: ['map', 'bool'], getAnyMapAttribute: ['map', 'dynamic'],
};

const TYPE_OF_STORAGE = {
  string: 'string', number: 'number', boolean: 'bool', any: 'dynamic',
  stringList: ['list', 'string'], numberList: ['list', 'number'], booleanList: ['list', 'bool'], anyList: ['list', 'dynamic'],
  stringMap: ['map', 'string'], numberMap: ['map', 'number'], booleanMap: ['map', 'bool'], anyMap: ['map', 'dynamic'],
  stringListList: ['list', ['list', 'string']], stringMapList: ['list', ['map', 'string']],
  stringListMap: ['map', ['list', 'string']], stringMapMap: ['map', ['map', 'string']],
};

// A schema that contains itself (aws_wafv2_*) is cut here.
const MAXIMUM_RECURSION = 2;

const lowerFirst = name => name[0].toLowerCase() + name.slice(1);
const asSet = type => (Array.isArray(type) ? ['set', type[1]] : type);

/** The schema in a generated module: { kind, name, schema }, or undefined. */
export function moduleSchema(text) {
  const classes = code.classes(text);
  const [mainName, main] = [...classes].find(([, { base }]) => base in KINDS) ?? [];
  if (!main) return undefined;
  const reader = new BlockReader(text, classes, KINDS[main.base]);
  const block = reader.read(main.body, code.hclArguments(code.method(main.body, 'synthesizeHclAttributes')), [mainName]);
  for (const name of code.writeOnly(main.body)) if (block.attributes[name]) block.attributes[name].write_only = true;
  return { kind: KINDS[main.base], name: /tfResourceType = "([\w-]+)"/.exec(text)[1], schema: { version: 0, block } };
}

class BlockReader {
  constructor(text, classes, kind) {
    Object.assign(this, { text, classes, kind });
  }

  read(body, hcl, path) {
    const block = { attributes: {}, block_types: {} };
    for (const attribute of this.members(body, hcl)) {
      const argument = hcl.get(attribute.name);
      const holder = code.holder(body, attribute.name);
      if (holder && this.classes.has(holder.type)) this.nested(block, attribute, argument, holder, path);
      else if (this.kind === 'provider' && argument?.isBlock && argument.mapsBlocks) this.ofProvider(block, attribute.name, argument);
      else block.attributes[attribute.name] = { type: plainType(attribute, argument, holder), ...flags(attribute) };
    }
    return block;
  }

  // Almost every member has its comment; maps and lists of the class that only the constructor names are read-only.
  members(body, hcl) {
    const members = code.attributes(body);
    const known = new Set([...members.map(member => member.name), ...hcl.keys()]);
    const unsaid = [...body.matchAll(/^ +this\._\w+ = new (?:\w+\.)?\w+\(this, "(\w+)"/gm)].map(([, name]) => name).filter(name => !known.has(name));
    return [...members, ...unsaid.map(name => ({ name, computed: true, code: '' }))];
  }

  nested(block, attribute, argument, holder, path) {
    const [, structure, suffix] = /^(\w+?)(OutputReference|Map|List)$/.exec(holder.type);
    const reference = this.classes.get(structure + 'OutputReference');
    if (!reference) throw new Error(`${path[0]}.${attribute.name}: there is no class for ${holder.type}`);
    if (path.filter(name => name === structure).length >= MAXIMUM_RECURSION) return;

    const hcl = code.hclArguments(code.functionSource(this.text, lowerFirst(structure) + 'ToHclTerraform'));
    const inner = this.read(reference.body, hcl, [...path, structure]);
    const single = suffix === 'OutputReference';
    const collection = suffix === 'Map' ? 'map' : holder.isSet || argument?.type === 'set' ? 'set' : 'list';

    if (argument && (single ? argument.isBlock && !attribute.computed : argument.mapsBlocks)) {
      const type = { nesting_mode: !single ? collection : argument.type === 'struct' ? 'single' : argument.type, block: inner };
      if (single && argument.type !== 'struct') type.max_items = 1;
      if (attribute.required) type.min_items = 1;
      block.block_types[attribute.name] = type;
      return;
    }
    const object = ['object', objectType(inner)];
    const ofOne = argument?.type === 'list' || argument?.type === 'set' ? [argument.type, object] : object;
    block.attributes[attribute.name] = { type: single ? ofOne : [collection, object], ...flags(attribute) };
  }

  // The provider's own blocks have no classes.
  ofProvider(block, name, argument) {
    const inner = { attributes: {}, block_types: {} };
    const source = code.functionSource(this.text, lowerFirst(argument.stored.replace(/List$/, '')) + 'ToHclTerraform');
    for (const [member, { type, stored }] of code.hclArguments(source)) {
      const plain = TYPE_OF_STORAGE[stored] ?? 'dynamic';
      inner.attributes[member] = { type: type === 'set' ? asSet(plain) : plain, optional: true };
    }
    block.block_types[name] = { nesting_mode: argument.type, block: inner };
  }
}

function flags({ required, optional, computed }) {
  return { ...(required && { required }), ...(optional && { optional }), ...(computed && { computed }) };
}

function plainType(attribute, argument, holder) {
  const stored = argument && TYPE_OF_STORAGE[argument.stored];
  if (stored !== undefined) return argument.type === 'set' ? asSet(stored) : stored;
  const getter = code.getter(attribute.code);
  const read = getter && TYPE_OF_GETTER[getter.name];
  if (read !== undefined) return getter.isSet ? asSet(read) : read;
  // What cannot be told is `dynamic`; the server leaves such types out, so that their use fails loudly.
  return holder ? heldType(holder) : 'dynamic';
}

// StringMapList is a list of maps of strings.
function heldType({ type, isSet }) {
  const [, element, shapes] = /^(String|Boolean|Number|Any)?((?:List|Map)+)$/.exec(type) ?? [];
  if (!shapes) return 'dynamic';
  const innermost = { String: 'string', Boolean: 'bool', Number: 'number' }[element] ?? 'dynamic';
  const whole = shapes.match(/List|Map/g).reduce((inner, shape) => [shape.toLowerCase(), inner], innermost);
  return isSet ? asSet(whole) : whole;
}

function objectType(block) {
  const members = Object.entries(block.attributes).map(([name, { type }]) => [name, type]);
  const blocks = Object.entries(block.block_types).map(([name, { nesting_mode: mode, block: inner }]) => {
    const object = ['object', objectType(inner)];
    return [name, mode === 'single' ? object : [mode, object]];
  });
  return Object.fromEntries([...members, ...blocks]);
}
