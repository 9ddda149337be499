import type { Json } from '../model/json.ts';

type Field = readonly [name: string, value: string];

/** Fields of one form; more are no webhook. */
const fieldsMax = 10_000;
/** Parts of one name, as in `data[merges][EMAIL]`. */
const partsMax = 8;

// Invalid UTF-8 is refused instead of repaired, so that no two forms read alike.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The fields of an `application/x-www-form-urlencoded` body in their order; undefined where it is none. */
export function formFields(body: Uint8Array): readonly Field[] | undefined {
  if (body.length === 0) return [];
  try {
    const fields = utf8.decode(body).split('&', fieldsMax + 1);
    return fields.length > fieldsMax ? undefined : fields.map(decoded);
  } catch {
    // Both decoders throw at what is no UTF-8; their messages quote the body.
    return undefined;
  }
}

function decoded(field: string): Field {
  const end = field.includes('=') ? field.indexOf('=') : field.length;
  return [decode(field.slice(0, end)), decode(field.slice(end + 1))];
}

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/**
 * The fields of a form, sorted and run together, as some senders sign them. Because that hides where a name ends and how
 * a field is written, only one way of writing counts: one `=` in each field, escapes in capitals, nothing bare that
 * strict encoders escape, no field twice. Undefined for every other body.
 */
export function sortedForm(body: Uint8Array): string | undefined {
  const text = Buffer.from(body).toString('latin1');
  const isStrict = text === '' || (text.split('&').every(isStrictField) && !/%(?![0-9A-F]{2})/.test(text));
  const fields = isStrict ? formFields(body) : undefined;
  if (fields === undefined) return undefined;
  const sorted = fields.toSorted((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  const isRepeated = sorted.some(([name, value], at) => sorted[at - 1]?.[0] === name && sorted[at - 1]?.[1] === value);
  return isRepeated ? undefined : sorted.flat().join('');
}

const isStrictField = (field: string): boolean => /^[\w*.~!'()+%-]+=[\w*.~!'()+%-]*$/.test(field);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Block = Map<string, Node>;
type Node = string | Node[] | Block;

/**
 * The fields as an object: a name that comes again makes a list, `a[b]` a block, `a[]` a list. A part of what is a text
 * already keeps its name as it is written.
 */
export function formJson(fields: readonly Field[]): Json {
  const root: Block = new Map();
  for (const [name, value] of fields) {
    if (!place(root, partsOf(name), value)) add(root, name, value);
  }
  return jsonOf(root);
}

function partsOf(name: string): readonly string[] {
  const [, first, rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? [];
  const parts = first === undefined ? [name] : [first, ...rest.slice(1, -1).split('][')];
  return parts.length > partsMax ? [name] : parts;
}

/** False where something else stands there already. */
function place(root: Block, parts: readonly string[], value: string): boolean {
  let block = root;
  const path = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  for (const part of path.slice(0, -1)) {
    const next = block.get(part) ?? new Map<string, Node>();
    if (!(next instanceof Map)) return false;
    block.set(part, next);
    block = next;
  }
  const key = path.at(-1) ?? '';
  const there = block.get(key);
  if (there instanceof Map) return false;
  if (path !== parts && there === undefined) block.set(key, [value]);
  else add(block, key, value);
  return true;
}

function add(block: Block, key: string, value: string): void {
  const there = block.get(key);
  if (there === undefined) block.set(key, value);
  else if (Array.isArray(there)) there.push(value);
  else block.set(key, [there, value]);
}

const jsonOf = (node: Node): Json => {
  if (typeof node === 'string') return node;
  return Array.isArray(node)
    ? node.map(jsonOf)
    : Object.fromEntries([...node].map(([key, member]) => [key, jsonOf(member)]));
};
