import { isJsonObject, type Json } from '../model/json.ts';
import { onOneLine } from '../yaml/edit.ts';
import { pathStep, titleOf, wordsOf } from './written-names.ts';

/** The start of a mapping, made from one event. */
export interface DraftOrder {
  readonly source: string;
  /** The source's `type:`. */
  readonly sourceType: string;
  readonly type: string;
  readonly body: Json;
  readonly destinations: readonly string[];
  /** The files that are there already. */
  readonly taken: readonly string[];
}

export interface DraftMapping {
  readonly file: string;
  readonly text: string;
}

interface Leaf {
  readonly keys: readonly string[];
  readonly value: string | number | boolean;
}

/** More attributes than these are for their author to add. */
const attributesMax = 12;
const depthMax = 5;
/** A longer text is no attribute of an event. */
const valueLengthMax = 200;

/** A mapping that is whole and translates the event it is made from; what it guesses is said in it. */
export function draftMapping(order: DraftOrder): DraftMapping {
  const leaves = leavesOf(order.body);
  const person = personIn(leaves, order.source);
  const money = order.sourceType === 'stripe' ? moneyIn(leaves) : undefined;
  const rest = leaves.filter((leaf) => !person.taken.includes(leaf) && money?.taken.includes(leaf) !== true);
  const attributes = attributesOf(rest);
  const text = [
    '# Made from one event: what it says of the person and of the attributes is guessed from names. Look it through.',
    'version: 1',
    `name: ${onOneLine(`${order.source} - ${order.type}`)}`,
    `source: ${order.source}`,
    `events: ${onOneLine(order.type)}`,
    '',
    '# A value that starts with "=" is a JSONata expression; anything else is plain text.',
    'event:',
    `  name: ${onOneLine(titleOf(order.type))}`,
    '  user:',
    ...person.lines.map((line) => `    ${line}`),
    ...(money === undefined ? [] : [`  revenue: ${money.line}`]),
    ...(attributes.length === 0 ? [] : ['  attributes:', ...attributes.map((line) => `    ${line}`)]),
    ...(person.stitches
      ? ['', '# What else came with the same address fills in a missing user or visitor.', 'stitch: [email]']
      : []),
    '',
    `destinations: [${order.destinations.join(', ')}]`,
    '',
  ].join('\n');
  return { file: freeName(order), text };
}

function freeName({ source, type, taken }: DraftOrder): string {
  const stem = [source, ...wordsOf(type).map(plainWord)]
    .filter((word) => word !== '')
    .join('-')
    .slice(0, 80);
  const names = [stem, ...taken.map((_, index) => `${stem}-${index + 2}`)].map((name) => `${name}.yaml`);
  return names.find((name) => !taken.includes(name)) ?? `${stem}.yaml`;
}

/** Of a file's name. */
const plainWord = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

interface Person {
  readonly lines: readonly string[];
  readonly taken: readonly Leaf[];
  readonly stitches: boolean;
}

const isAddress = ({ value }: Leaf): boolean => typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
const keyOf = ({ keys }: Leaf): string => (keys.at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const keyed =
  (...patterns: readonly RegExp[]) =>
  (leaf: Leaf): boolean =>
    patterns.some((pattern) => pattern.test(keyOf(leaf)));

/** What stands for a person in bodies of most senders, best first. */
const userIds = [/^(user|account|member|external|clientreference)id$/, /^(customer|contact|client|person)(id)?$/];

function personIn(leaves: readonly Leaf[], source: string): Person {
  const email = leaves.find((leaf) => keyed(/email/)(leaf) && isAddress(leaf)) ?? leaves.find(isAddress);
  const ids = leaves.filter(({ value }) => typeof value !== 'boolean');
  const id = userIds.map((pattern) => ids.find(keyed(pattern))).find((leaf) => leaf !== undefined && leaf !== email);
  const phone = leaves.find((leaf) => keyed(/phone(number)?$/, /^mobile$/)(leaf) && typeof leaf.value === 'string');
  const name = leaves.find((leaf) => keyed(/^(full|customer|contact|user|display)name$/)(leaf) && leaf !== email);
  const known = [
    ...(id === undefined ? [] : [`id: ${expression(pathOf(id))}`]),
    ...(email === undefined
      ? []
      : [`${id === undefined ? 'id' : 'email'}: ${expression(`$lowercase(${pathOf(email)})`)}`]),
    ...(email === undefined || id !== undefined ? [] : [`email: ${expression(`$lowercase(${pathOf(email)})`)}`]),
    ...(phone === undefined ? [] : [`phone: ${expression(`$e164(${pathOf(phone)})`)}`]),
    ...(name === undefined ? [] : [`name: ${expression(pathOf(name))}`]),
  ];
  const stranger = `fallback_anonymous_id: =$stableId("${source}", $meta.external_id) # the body names nobody: say here whose it is`;
  const isSomebody = id !== undefined || email !== undefined;
  return {
    lines: isSomebody ? known : [...known, stranger],
    taken: [id, email, phone, name].filter((leaf) => leaf !== undefined),
    stitches: email !== undefined,
  };
}

interface Money {
  readonly line: string;
  readonly taken: readonly Leaf[];
}

/** Stripe counts in minor units, and has the currency beside the amount. */
function moneyIn(leaves: readonly Leaf[]): Money | undefined {
  const amounts = ['amountpaid', 'amounttotal', 'amountrefunded', 'amountreceived', 'amount'];
  const amount = amounts
    .map((key) => leaves.find((leaf) => keyOf(leaf) === key && typeof leaf.value === 'number'))
    .find((leaf) => leaf !== undefined);
  const beside = amount?.keys.slice(0, -1).join('\n');
  const currency = leaves.find((leaf) => keyOf(leaf) === 'currency' && leaf.keys.slice(0, -1).join('\n') === beside);
  if (amount === undefined || currency === undefined) return undefined;
  return { line: expression(`$money(${pathOf(amount)}, ${pathOf(currency)})`), taken: [amount, currency] };
}

/** The nearest to the top first; a key that two of them have counts with the first alone. */
function attributesOf(leaves: readonly Leaf[]): readonly string[] {
  const named = new Map<string, Leaf>();
  const plain = leaves.filter((leaf) => keyed(/./)(leaf) && !keyed(/^(object|apiversion|livemode|type|id)$/)(leaf));
  for (const leaf of plain.toSorted((a, b) => a.keys.length - b.keys.length)) {
    const key = leaf.keys.at(-1) ?? '';
    if (!named.has(key)) named.set(key, leaf);
  }
  return [...named].slice(0, attributesMax).map(([key, leaf]) => `${onOneLine(key)}: ${expression(pathOf(leaf))}`);
}

const expression = (text: string): string => onOneLine(`=${text}`);
const pathOf = ({ keys }: Leaf): string => keys.map(pathStep).join('.');

/** What is no list and not nothing. A backtick in a key cannot be written in a path. */
function leavesOf(value: Json | undefined, keys: readonly string[] = []): readonly Leaf[] {
  if (isJsonObject(value) && keys.length < depthMax)
    return Object.entries(value).flatMap(([key, member]) =>
      key === '' || key.includes('`') ? [] : leavesOf(member, [...keys, key]),
    );
  if (typeof value === 'string') return value !== '' && value.length <= valueLengthMax ? [{ keys, value }] : [];
  return (typeof value === 'number' || typeof value === 'boolean') && keys.length > 0 ? [{ keys, value }] : [];
}
