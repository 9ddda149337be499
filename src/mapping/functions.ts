import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as PhoneNumbers from 'libphonenumber-js/min';
import { isEmpty } from './empty.ts';
import { money } from './money.ts';
import { toDate } from './time.ts';

/** Thrown by `$skip`: the run ends here on purpose. */
export class SkipSignal {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Thrown by `$require`: something the mapping cannot do without is missing. */
export class RequirementUnmet {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A JSONata function that mappings have beyond the language's own; pure. */
export interface MappingFunction {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  /** Shown in the docs and run as a test: expression → result (`undefined`: yields nothing). */
  readonly examples: readonly { readonly expression: string; readonly result: unknown }[];
  readonly call: (...args: readonly unknown[]) => unknown;
}

export const mappingFunctions: readonly MappingFunction[] = [
  {
    name: 'firstOf',
    signature: '$firstOf(a, b, …)',
    description: 'The first value that is not empty: skips nothing, null, "", [] and {}. 0 and false count as values.',
    examples: [
      { expression: '$firstOf(null, "", "ada@example.com")', result: 'ada@example.com' },
      { expression: '$firstOf(missing, 0)', result: 0 },
      { expression: '$firstOf(missing, null)', result: undefined },
    ],
    call: (...values) => values.find((value) => !isEmpty(value)),
  },
  {
    name: 'money',
    signature: '$money(minor, currency)',
    description:
      'Minor units to {amount, currency} in major units, aware of zero- and three-decimal currencies as Stripe charges them.',
    examples: [
      { expression: '$money(2900, "usd")', result: { amount: 29, currency: 'USD' } },
      { expression: '$money(5000, "jpy")', result: { amount: 5000, currency: 'JPY' } },
      { expression: '$money(5120, "kwd")', result: { amount: 5.12, currency: 'KWD' } },
      { expression: '$money(missing, "usd")', result: undefined },
    ],
    call: (minor, currency) => money(minor, currency),
  },
  {
    name: 'e164',
    signature: '$e164(phone, region)',
    description:
      'A phone number in international form; the region ("US") is assumed where the number names no country. Nothing for what cannot be a number.',
    examples: [
      { expression: '$e164("(555) 123-4567", "US")', result: '+15551234567' },
      { expression: '$e164("+44 20 7946 0018")', result: '+442079460018' },
      { expression: '$e164("anonymous", "US")', result: undefined },
    ],
    call: (phone, region) => e164(phone, region),
  },
  {
    name: 'stableId',
    signature: '$stableId(prefix, part, …)',
    description:
      'A made-up id that is always the same for the same parts. Nothing when any part is empty, so that unknown people never share one id.',
    examples: [
      { expression: '$stableId("phone", "+15551234567")', result: 'phone_8a59780bb8cd2ba022bfa5ba' },
      { expression: '$stableId("phone", missing)', result: undefined },
    ],
    call: (prefix, ...parts) => stableId(prefix, parts),
  },
  {
    name: 'sha256',
    signature: '$sha256(text)',
    description: 'SHA-256 in hexadecimal; nothing for nothing.',
    examples: [
      { expression: '$sha256("a")', result: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' },
      { expression: '$sha256(missing)', result: undefined },
    ],
    call: (value) => (isEmpty(value) ? undefined : sha256(textOf(value))),
  },
  {
    name: 'require',
    signature: '$require(value, "why")',
    description: 'The value itself; when it is empty the event fails with this reason, visible and replayable.',
    examples: [{ expression: '$require("usr_1", "no user id")', result: 'usr_1' }],
    call: (value, why) => {
      if (!isEmpty(value)) return value;
      throw new RequirementUnmet(typeof why === 'string' ? why : 'a required value is missing');
    },
  },
  {
    name: 'skip',
    signature: '$skip("why")',
    description: 'Ends this mapping for this event (or, under a destination, for that destination) and records why.',
    examples: [{ expression: '"known" ?? $skip("nobody to attach it to")', result: 'known' }],
    call: (why) => {
      throw new SkipSignal(typeof why === 'string' ? why : 'skipped by the mapping');
    },
  },
  {
    name: 'iso',
    signature: '$iso(time)',
    description: 'Seconds, milliseconds or a date as ISO 8601 in UTC.',
    examples: [
      { expression: '$iso(1795219200)', result: '2026-11-21T00:00:00.000Z' },
      { expression: '$iso("2026-11-21T02:00:00+02:00")', result: '2026-11-21T00:00:00.000Z' },
      { expression: '$iso("soon")', result: undefined },
    ],
    call: (time) => toDate(time)?.toISOString(),
  },
  {
    name: 'utm',
    signature: '$utm(url)',
    description: 'The campaign in a URL as {source, medium, name, term, content}, with only what is there.',
    examples: [
      {
        expression: '$utm("https://example.com/?utm_source=google&utm_campaign=brand")',
        result: { source: 'google', name: 'brand' },
      },
      { expression: '$utm("/pricing")', result: undefined },
    ],
    call: (url) => utm(url),
  },
  {
    name: 'pick',
    signature: '$pick(object, pattern)',
    description:
      'The first non-empty value whose key matches the pattern (`*` stands for anything): for keys that carry a project id, as captured cookies do.',
    examples: [
      { expression: '$pick({"_ga": "GA1", "__eventn_id_UM42": "5zdta4zak9"}, "__eventn_id_*")', result: '5zdta4zak9' },
      { expression: '$pick("", "__eventn_id_*")', result: undefined },
    ],
    call: (object, pattern) => pick(object, pattern),
  },
  {
    name: 'visitorId',
    signature: '$visitorId(text)',
    description:
      "The visitor's id that the bridge wrote into a place that takes only letters, digits, - and _; every other text as it is.",
    examples: [
      { expression: '$visitorId("5zdta4zak9")', result: '5zdta4zak9' },
      { expression: '$visitorId("b64_dmlzaXRvckBleGFtcGxlLmNvbQ")', result: 'visitor@example.com' },
      { expression: '$visitorId(missing)', result: undefined },
    ],
    call: (text) => (typeof text === 'string' ? visitorId(text) : undefined),
  },
];

/** Blocks and lists as JSON: written as `String` does, every block would be the same `[object Object]`. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const sha256 = (text: string): string => hash('sha256', text);

function e164(phone: unknown, region: unknown): string | undefined {
  if (typeof phone !== 'string' && typeof phone !== 'number') return undefined;
  const code = typeof region === 'string' ? region.trim().toUpperCase() : '';
  const { isSupportedCountry, parsePhoneNumberFromString } = loadPhoneNumbers();
  const country = isSupportedCountry(code) ? code : undefined;
  const number = parsePhoneNumberFromString(
    String(phone),
    country === undefined ? {} : { defaultCountry: country, extract: false },
  );
  // "Possible" asks for a length that exists; "valid" would refuse numbers newer than the table.
  return number?.isPossible() === true ? number.number : undefined;
}

/** Loaded with the first number: nobody else needs its table of all countries. */
const loadPhoneNumbers = (): typeof PhoneNumbers => createRequire(import.meta.url)('libphonenumber-js/min');

function stableId(prefix: unknown, parts: readonly unknown[]): string | undefined {
  if (isEmpty(prefix) || parts.length === 0 || parts.some(isEmpty)) return undefined;
  // The unit separator cannot be typed into a form, so ("a", "bc") and ("ab", "c") stay apart.
  const text = parts.map(textOf).join('\u001f');
  return `${String(prefix)}_${sha256(text).slice(0, 24)}`;
}

function utm(url: unknown): Record<string, string> | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const query = new URL(url).searchParams;
  const names = {
    source: 'utm_source',
    medium: 'utm_medium',
    name: 'utm_campaign',
    term: 'utm_term',
    content: 'utm_content',
  };
  const found = Object.entries(names).flatMap(([name, parameter]): [string, string][] => {
    const value = query.get(parameter);
    return isEmpty(value) || value === null ? [] : [[name, value]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function pick(object: unknown, pattern: unknown): unknown {
  if (typeof object !== 'object' || object === null || Array.isArray(object) || typeof pattern !== 'string')
    return undefined;
  const matches = wildcard(pattern);
  return Object.entries(object).find(([key, value]) => matches(key) && !isEmpty(value))?.[1];
}

/** The other half of src/bridge/reference.ts. What that would not have written is somebody's own text: nothing is decoded by chance. */
function visitorId(text: string): string {
  const encoded = /^b64_([\w-]+)$/.exec(text)?.[1];
  if (encoded === undefined) return text;
  const bytes = Buffer.from(encoded, 'base64url');
  const id = bytes.toString('utf8');
  const isExact = bytes.toString('base64url') === encoded && Buffer.from(id).equals(bytes);
  const needsEncoding = !/^[\w-]+$/.test(id) || id.startsWith('b64_');
  return isExact && needsEncoding ? id : text;
}

/** `*` stands for any characters. Matched without a regular expression, so no pattern can be slow. */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, from);
      if (found === -1) return false;
      from = found + part.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}
