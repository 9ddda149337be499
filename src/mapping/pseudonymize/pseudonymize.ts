import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { type Kind, kindOf } from './kinds.ts';
import { looksLikeUrl, phonesIn, Scanner, withoutAddresses } from './scanner.ts';
import {
  firstNameStandIn,
  fullNameStandIn,
  idStandIn,
  lastNameStandIn,
  noteStandIn,
  phoneDigits,
  phoneStandIn,
  streetStandIn,
} from './stand-ins.ts';

/** Shorter names and ids are also words and numbers, so they are replaced only where a field's name tells of them. */
const lengthMin = { name: 3, id: 6, digits: 7 };

/**
 * A body with stand-ins for what is personal in it, so that it can be kept as a fixture: e-mail addresses, phone numbers,
 * names, streets, ids of people, addresses of machines, tokens in URLs, free text. Equal originals have equal stand-ins,
 * here and in every other body; structure and types stay.
 */
export function pseudonymize(body: Json): Json {
  const known = new Map<string, string>();
  visit(body, top, (text, kind) => {
    for (const form of knownForms(text.trim(), kind)) known.set(form, standInFor(kind ?? 'phone', form));
  });
  return rewrite(body, top, new Scanner(known));
}

/** Where a value stands. */
interface Place {
  readonly kind: Kind | undefined;
  /** The kind of the block around it: HubSpot keeps the history of `email` inside of it. */
  readonly around: Kind | undefined;
}

const top: Place = { kind: undefined, around: undefined };

function memberOf(block: JsonObject, key: string, { kind, around }: Place): Place {
  const outer = kind ?? around;
  return { kind: kindOf(key, block, outer), around: outer };
}

/** Every text and number with its kind. */
function visit(value: Json, place: Place, see: (text: string, kind: Kind | undefined) => void): void {
  if (typeof value === 'string' || typeof value === 'number') return see(String(value), place.kind);
  if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item, place, see);
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value))
    if (member !== undefined) visit(member, memberOf(value, key, place), see);
}

/** In which forms this value is to be looked for in all others. */
function knownForms(text: string, kind: Kind | undefined): readonly string[] {
  switch (kind) {
    case 'phone':
      return isPhone(text) ? phoneForms(text) : [];
    case 'first_name':
    case 'last_name':
    case 'full_name':
      return text.length < lengthMin.name || isPhone(text) ? [] : [text];
    case 'id':
      return text.length < (/^\d+$/.test(text) ? lengthMin.digits : lengthMin.id) ? [] : [text];
    case 'email':
    case 'street':
    case 'note':
      return [];
    case undefined:
      return phonesIn(text).flatMap(phoneForms);
  }
}

/** As it is written, and its digits with the country's code and without. */
function phoneForms(phone: string): readonly string[] {
  const digits = phoneDigits(phone);
  return [phone, digits, ...(/^1\d{10}$/.test(digits) ? [digits.slice(1)] : [])];
}

const isPhone = (text: string): boolean =>
  /^\(?[+\d][\d\s().\-/]{5,24}\d$/.test(text) && phoneDigits(text).length >= 7 && phoneDigits(text).length <= 15;

function standInFor(kind: Kind, text: string): string {
  switch (kind) {
    case 'first_name':
      return firstNameStandIn(text);
    case 'last_name':
      return lastNameStandIn(text);
    case 'full_name':
      return isPhone(text) ? phoneStandIn(text) : fullNameStandIn(text);
    case 'email':
      // What is written like an address is found by its looks.
      return text.includes('@') ? text : idStandIn(text);
    case 'phone':
      return isPhone(text) ? phoneStandIn(text) : text;
    case 'street':
      // Postal codes and house numbers keep their shape.
      return text.length <= 10 ? idStandIn(text) : streetStandIn(text);
    case 'id':
      return idStandIn(text);
    case 'note':
      // One word is a choice from a list: Stripe's `feedback: too_expensive`.
      return /\s/.test(text.trim()) ? noteStandIn(text) : text;
  }
}

function rewrite(value: Json, place: Place, scanner: Scanner): Json {
  if (typeof value === 'string') return rewriteText(value, place.kind, scanner);
  if (typeof value === 'number') return rewriteNumber(value, place.kind, scanner);
  if (Array.isArray(value)) return value.map((item: Json) => rewrite(item, place, scanner));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] =>
    member === undefined ? [] : [[withoutAddresses(key), rewrite(member, memberOf(value, key, place), scanner)]],
  );
  return Object.fromEntries(members);
}

function rewriteText(text: string, kind: Kind | undefined, scanner: Scanner): string {
  const own = kind === undefined || text.trim() === '' || looksLikeUrl(text) ? text : standInFor(kind, text);
  return own === text ? scanner.replaceIn(text) : own;
}

function rewriteNumber(value: number, kind: Kind | undefined, scanner: Scanner): number {
  if (!Number.isSafeInteger(value) || value < 0) return value;
  const text = String(value);
  const own = kind === 'id' || kind === 'phone' ? standInFor(kind, text) : text;
  if (own !== text) return Number(own);
  return text.length < lengthMin.digits ? value : Number(scanner.exactly(text));
}
