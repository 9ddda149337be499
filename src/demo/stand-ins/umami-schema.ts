import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';

/** What Umami's zod schema says about a body, as `z.treeifyError` prints it: a branch for every key with a problem. */
export type ErrorTree = {
  readonly errors: readonly string[];
  readonly properties?: { readonly [key: string]: ErrorTree };
  readonly items?: readonly (ErrorTree | null)[];
};

/** A message if the value does not fit. */
type Check = (value: Json) => string | undefined;

function wrongType(expected: string, value: Json | undefined): string {
  const actual = Array.isArray(value) ? 'array' : typeof value;
  return `Invalid input: expected ${expected}, received ${value === null ? 'null' : actual}`;
}

const text =
  (max = Number.POSITIVE_INFINITY): Check =>
  (value) => {
    if (typeof value !== 'string') return wrongType('string', value);
    return value.length > max ? `Too big: expected string to have <=${max} characters` : undefined;
  };

const number =
  (max: number): Check =>
  (value) => {
    if (typeof value !== 'number') return wrongType('number', value);
    return value > max ? `Too big: expected number to be <=${max}` : undefined;
  };

const record: Check = (value) => (isJsonObject(value) ? undefined : wrongType('record', value));

const uuid: Check = (value) => {
  if (typeof value !== 'string') return wrongType('string', value);
  const isUuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i.test(value);
  return isUuid ? undefined : 'Invalid UUID';
};

const address: Check = (value) => {
  if (typeof value !== 'string') return wrongType('string', value);
  return URL.canParse(value, 'https://localhost') ? undefined : 'Invalid URL.';
};

/** Coerced first: "1700000000" is a number and null is 0. */
const wholeSeconds: Check = (value) => {
  const seconds = Number(value);
  if (Number.isNaN(seconds)) return 'Invalid input: expected number, received NaN';
  return Number.isInteger(seconds) ? undefined : 'Invalid input: expected int, received number';
};

const payloadShape: Readonly<Record<string, Check>> = {
  website: uuid,
  link: uuid,
  pixel: uuid,
  data: record,
  hostname: text(100),
  language: text(35),
  referrer: address,
  screen: text(11),
  title: text(),
  url: address,
  name: text(50),
  tag: text(50),
  ip: text(),
  userAgent: text(),
  timestamp: wholeSeconds,
  id: text(),
  browser: text(),
  os: text(),
  device: text(),
  lcp: number(60_000),
  inp: number(60_000),
  fcp: number(60_000),
  ttfb: number(60_000),
  cls: number(100),
};

const leaf = (message: string): ErrorTree => ({ errors: [message] });

function branch(properties: Readonly<Record<string, ErrorTree | undefined>>): ErrorTree | undefined {
  const problems = Object.entries(properties).flatMap(([key, tree]) =>
    tree === undefined ? [] : [[key, tree] as const],
  );
  return problems.length === 0 ? undefined : { errors: [], properties: Object.fromEntries(problems) };
}

/** undefined: the body of `/api/send`, or one item of `/api/batch`, fits. */
export function sendProblems(body: Json | undefined): ErrorTree | undefined {
  if (!isJsonObject(body)) return leaf(wrongType('object', body));
  const isKnownType = ['event', 'identify', 'performance'].some((type) => type === body.type);
  const typeProblem = 'Invalid option: expected one of "event"|"identify"|"performance"';
  return branch({ type: isKnownType ? undefined : leaf(typeProblem), payload: payloadProblems(body.payload) });
}

function payloadProblems(payload: Json | undefined): ErrorTree | undefined {
  if (!isJsonObject(payload)) return leaf(wrongType('object', payload));
  const problems = Object.entries(payloadShape).map(([key, check]) => [key, problemOf(payload[key], check)] as const);
  return branch(Object.fromEntries(problems)) ?? ownerProblem(payload);
}

function problemOf(value: Json | undefined, check: Check): ErrorTree | undefined {
  const message = value === undefined ? undefined : check(value);
  return message === undefined ? undefined : leaf(message);
}

function ownerProblem({ website, link, pixel }: JsonObject): ErrorTree | undefined {
  const owners = [website, link, pixel].filter((owner) => owner !== undefined);
  if (owners.length === 1) return undefined;
  return branch({ website: leaf('Exactly one of website, link, or pixel must be provided') });
}

/** undefined: the body of `/api/batch` is an array of objects; what is in them is judged one by one. */
export function batchProblems(body: Json | undefined): ErrorTree | undefined {
  if (!Array.isArray(body)) return leaf(wrongType('array', body));
  const items = body.map((item: Json) => (isJsonObject(item) ? null : leaf(wrongType('record', item))));
  const last = items.findLastIndex((tree) => tree !== null);
  return last === -1 ? undefined : { errors: [], items: items.slice(0, last + 1) };
}
