import { pathStep, titleOf } from '../mapping/written-names.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { onOneLine } from '../yaml/edit.ts';
import type { SampleEvent } from './sample-event.ts';

/** Of whom and what a first mapping is. */
export interface FirstMapping {
  readonly source: string;
  readonly title: string;
  readonly event: SampleEvent;
  readonly destinations: readonly string[];
}

interface Leaf {
  /** As JSONata writes it. */
  readonly path: string;
  /** The last name on the way. */
  readonly name: string;
  readonly value: string | number | boolean;
}

/** Enough to see how it is done. */
const attributesMax = 5;

/**
 * A mapping for a sender that nobody has written one for: it knows where the person and what is worth telling stand in
 * a sample, because all samples are of the same person. It has no tests yet.
 */
export function firstMapping({ source, title, event, destinations }: FirstMapping): string {
  const leaves = leavesOf(event.body, { path: '', name: '' });
  const name = titleOf(event.type);
  const user = userLines(leaves, source);
  const attributes = attributeLines(leaves);
  return `# yaml-language-server: $schema=./schema/mapping.v1.json
# A first mapping for ${title}, made of a sample: change what it says, and its test with it.
version: 1
name: ${onOneLine(`${title} - ${name.toLowerCase()}`)}
source: ${source}
events: ${onOneLine(event.type)}

event:
  name: ${onOneLine(name)}
  user:
${user.join('\n')}
${attributes.length === 0 ? '' : `  attributes:\n${attributes.join('\n')}\n`}
destinations: [${destinations.join(', ')}]

`;
}

function leavesOf(value: Json | undefined, at: Pick<Leaf, 'path' | 'name'>): readonly Leaf[] {
  if (isList(value))
    return itemsOf(value).flatMap(({ item, chosen }) => leavesOf(item, { ...at, path: at.path + chosen }));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) =>
      leavesOf(member, { path: at.path === '' ? pathStep(name) : `${at.path}.${pathStep(name)}`, name }),
    );
  return value === null || value === undefined || at.path === '' ? [] : [{ ...at, value }];
}

/** Items that name what they are about, as form fields do, stand wherever they like; of others the first has to do. */
function itemsOf(list: readonly Json[]): readonly { readonly item: Json | undefined; readonly chosen: string }[] {
  const named = list.flatMap((item) => {
    const key =
      isJsonObject(item) && 'value' in item ? namingKeys.find((one) => typeof item[one] === 'string') : undefined;
    return key === undefined || !isJsonObject(item) ? [] : [{ item, chosen: `[${key}=${JSON.stringify(item[key])}]` }];
  });
  return named.length > 0 && named.length === list.length ? named : [{ item: list[0], chosen: '[0]' }];
}

const namingKeys = ['key', 'name', 'field', 'title', 'label'];

/** `Array.isArray` does not narrow a readonly array. */
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Of whom every sample is. */
const ada = {
  id: 'usr_1a2b3c4d5e',
  anonymous_id: '5zdta4zak9',
  email: 'ada@example.com',
  phone: '+12025550143',
  name: 'Ada Lovelace',
};

function userLines(leaves: readonly Leaf[], source: string): readonly string[] {
  const found = Object.entries(ada).flatMap(([key, value]) => {
    const leaf = leaves.find((one) => one.value === value);
    return leaf === undefined ? [] : [{ key, path: leaf.path }];
  });
  const pathOf = (key: string): string | undefined => found.find((one) => one.key === key)?.path;
  const lines = found.map(({ key, path }) => `    ${key}: =${path}`);
  const [fallback] = [pathOf('email'), pathOf('phone')].filter((path) => path !== undefined);
  if (fallback !== undefined)
    return [...lines, `    fallback_id: =${fallback} # where no earlier event tells the user`];
  if (pathOf('id') !== undefined) return lines;
  return [
    ...lines,
    `    fallback_id: ${source} # it names nobody that your own events know: choose whom they are about`,
  ];
}

/** What is of the person, of the transport or of the moment tells nothing of what happened. */
const untold = new RegExp(
  [
    ...[
      '(^|_)ids?$',
      '[a-z]Ids?$',
      'uuid',
      'token',
      'secret',
      'signature',
      'hash',
      'version',
      'url',
      'uri',
      'href',
      'self',
    ],
    ...['_at$', 'At$', 'time', 'date', 'ts$', 'attempt', 'retry', 'type$', '^event', 'key$', '^object$', '^topic$'],
    ...[
      '(first|last|user|nick|full|display)_?name',
      '^[fl]name$',
      'email$',
      'phone',
      '(^|_)ip(_|$)',
      'user_?agent',
      'address',
    ],
  ].join('|'),
  'i',
);

function attributeLines(leaves: readonly Leaf[]): readonly string[] {
  const persons: ReadonlySet<unknown> = new Set(Object.values(ada));
  const told = new Set<string>();
  const chosen = leaves.filter(({ name, path, value }) => {
    const isTold = !/^[A-Za-z_]\w*$/.test(name) || untold.test(name) || told.has(name) || path.split('.').length > 4;
    if (isTold || persons.has(value) || value === '' || (typeof value === 'string' && value.length > 60)) return false;
    told.add(name);
    return true;
  });
  return chosen.slice(0, attributesMax).map(({ name, path }) => `    ${name}: =${path}`);
}
