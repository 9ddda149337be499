import { isJsonObject, type Json } from '../../model/json.ts';
import { type Kind, memberOf, type Place, top } from './kinds.ts';
import { looksLikeEmail, looksLikeUrl, phonesIn, Scanner, withoutAddresses } from './scanner.ts';
import {
  birthNumberStandIn,
  birthStandIn,
  coordinateStandIn,
  coordinatesStandIn,
  firstNameStandIn,
  fullNameStandIn,
  handleStandIn,
  idStandIn,
  lastNameStandIn,
  looksLikeName,
  namePartStandIn,
  noteStandIn,
  phoneDigits,
  phoneStandIn,
  streetStandIn,
  townStandIn,
  wordsOfName,
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
    for (const [form, standIn] of knownForms(text.trim(), kind)) if (!known.has(form)) known.set(form, standIn);
  });
  return rewrite(body, top, new Scanner(known));
}

/** Every text and number with its kind. */
function visit(value: Json, place: Place, see: (text: string, kind: Kind | undefined) => void): void {
  if (typeof value === 'string' || typeof value === 'number') return see(String(value), place.kind);
  if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item, place, see);
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value))
    if (member !== undefined) visit(member, memberOf(value, key, place), see);
}

type KnownForm = readonly [form: string, standIn: string];

/** In which forms this value is to be looked for in all others, and what stands in for each. */
function knownForms(text: string, kind: Kind | undefined): readonly KnownForm[] {
  switch (kind) {
    case 'phone':
      return isPhone(text) ? phoneForms(text) : [];
    case 'first_name':
    case 'last_name':
      return text.length < lengthMin.name || isPhone(text) ? [] : [[text, standIns[kind](text)]];
    case 'full_name':
      return isPhone(text) ? [] : nameForms(text);
    case 'person':
      return looksLikeName(text) ? nameForms(text) : idForms(text);
    case 'id':
    case 'handle':
      return idForms(text).map(([form]) => [form, standIns[kind](form)]);
    case 'answer':
      return isPhone(text) ? phoneForms(text) : [];
    case 'email':
    case 'street':
    case 'town':
    case 'coordinate':
    case 'birth':
    case 'note':
      return [];
    case undefined:
      return phonesIn(text).flatMap(phoneForms);
  }
}

const idForms = (text: string): readonly KnownForm[] =>
  text.length < (/^\d+$/.test(text) ? lengthMin.digits : lengthMin.id) ? [] : [[text, idStandIn(text)]];

/** Words that stand for a name where there is none, and those that names of companies end with. */
const commonWords =
  /^(the|and|for|von|van|der|del|caller|customer|unknown|anonymous|wireless|private|blocked|user|guest|inc|llc|ltd|gmbh)$/i;

/** The name, and each word of it: whom a text calls "Ada" is Ada Lovelace. Words in small letters are too common for that. */
function nameForms(name: string): readonly KnownForm[] {
  const words = wordsOfName(name).flatMap((word, index): KnownForm[] => {
    if (word.length < lengthMin.name || !/^\p{Lu}/u.test(word) || commonWords.test(word)) return [];
    const spellings = new Set([word, word.charAt(0) + word.slice(1).toLowerCase(), word.toUpperCase()]);
    return [...spellings].map((spelling) => [spelling, namePartStandIn(word, index === 0)]);
  });
  return name.length < lengthMin.name ? [] : [[name, fullNameStandIn(name)], ...words];
}

/** As it is written, and its digits with the country's code and without. */
function phoneForms(phone: string): readonly KnownForm[] {
  const digits = phoneDigits(phone);
  const forms = [phone, digits, ...(/^1\d{10}$/.test(digits) ? [digits.slice(1)] : [])];
  return forms.map((form) => [form, phoneStandIn(form)]);
}

const isPhone = (text: string): boolean =>
  /^\(?[+\d][\d\s().\-/]{5,24}\d$/.test(text) && phoneDigits(text).length >= 7 && phoneDigits(text).length <= 15;

const standIns: Readonly<Record<Kind, (text: string) => string>> = {
  first_name: firstNameStandIn,
  last_name: lastNameStandIn,
  full_name: (text) => (isPhone(text) ? phoneStandIn(text) : fullNameStandIn(text)),
  person: (text) => (looksLikeName(text) ? fullNameStandIn(text) : idStandIn(text)),
  // What is written like an address is found by its looks.
  email: (text) => (text.includes('@') ? text : idStandIn(text)),
  phone: (text) => (isPhone(text) ? phoneStandIn(text) : text),
  street: wayStandIn,
  town: townStandIn,
  coordinate: (text) => (/^[-+\d.,;\s()°'"NSEW]+$/i.test(text) ? coordinatesStandIn(text) : text),
  birth: birthStandIn,
  id: idStandIn,
  handle: handleStandIn,
  // One word is a choice from a list: Stripe's `feedback: too_expensive`.
  note: (text) => (/\s/.test(text.trim()) ? noteStandIn(text) : text),
  answer: (text) => answerStandIn(text.trim()),
};

/** Postal codes and house numbers keep their shape; an `address` may be one of e-mail. */
function wayStandIn(text: string): string {
  if (text.includes('@')) return text;
  return text.length <= 10 ? idStandIn(text) : streetStandIn(text);
}

/** Nobody knows what a form asks for, so that only a choice from a list or a small number is kept. */
function answerStandIn(text: string): string {
  const isChoice = /^(?:[a-z][a-z_-]*|\d{1,4}|Yes|No|True|False)$/.test(text);
  if (isChoice || looksLikeEmail(text)) return text;
  return isPhone(text) ? phoneStandIn(text) : noteStandIn(text);
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
  const isOther = kind === undefined || text.trim() === '' || (looksLikeUrl(text) && kind !== 'handle');
  const own = isOther ? text : standIns[kind](text);
  return own === text ? scanner.replaceIn(text) : own;
}

function rewriteNumber(value: number, kind: Kind | undefined, scanner: Scanner): number {
  if (kind === 'coordinate') return coordinateStandIn(value);
  if (kind === 'birth') return birthNumberStandIn(value);
  if (!Number.isSafeInteger(value) || value < 0) return value;
  const text = String(value);
  const isLong = text.length >= lengthMin.digits;
  const isOwn =
    kind === 'id' || kind === 'phone' || (isLong && (kind === 'person' || kind === 'handle' || kind === 'answer'));
  const own = isOwn ? standIns[kind === 'phone' ? kind : 'id'](text) : text;
  if (own !== text) return Number(own);
  return isLong ? Number(scanner.exactly(text)) : value;
}
