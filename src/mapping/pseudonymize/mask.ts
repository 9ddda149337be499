import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { type Kind, memberOf, type Place, top } from './kinds.ts';
import { isNobodysName } from './nobodys-name.ts';
import { replaceAddresses } from './scanner.ts';
import { looksLikeName, phoneDigits } from './stand-ins.ts';

/** Deeper than any body that is translated; what is below is not shown at all. */
const depthMax = 100;
/** A body is text in an answer, and may have text in it that is such a body again. */
const textDepthMax = 3;

/** Of a form that somebody has filled in. */
const formFieldsMax = 2_000;

const hidden = '•••';

export interface Masked {
  readonly value: Json;
  readonly isMasked: boolean;
}

/**
 * What people see of stored data until they ask for more: e-mail addresses and phone numbers wherever they are written,
 * names, streets and days of birth by the names of their fields, also within bodies that are kept as text. Enough stays to
 * tell one person from another.
 */
export function maskPersonal(value: Json): Masked {
  const mask = new Mask();
  const masked = mask.value(value, top, 0);
  return { value: masked, isMasked: mask.isUsed };
}

class Mask {
  isUsed = false;
  #textDepth = 0;

  value(value: Json, place: Place, depth: number): Json {
    if (typeof value === 'string') return this.#text(value, place.kind);
    if (typeof value === 'number') return this.#number(value, place.kind);
    if (value === null || typeof value === 'boolean') return value;
    if (depth > depthMax) return this.#used(hidden);
    if (isJsonObject(value)) return this.#object(value, place, depth);
    return (value as readonly Json[]).map((item) => this.value(item, place, depth + 1));
  }

  #object(block: JsonObject, place: Place, depth: number): JsonObject {
    const members = Object.entries(block).map(([key, member]): [string, Json | undefined] => {
      if (member === undefined) return [key, undefined];
      const at = placeIn(block, key, place);
      const isNobodys = typeof member === 'string' && isNobodysName(member, { key, block, kind: at.kind, place });
      return [this.#scanned(key), this.value(member, isNobodys ? top : at, depth + 1)];
    });
    return Object.fromEntries(members);
  }

  #number(value: number, kind: Kind | undefined): Json {
    return kind === 'phone' || kind === 'birth' ? this.#used(hidden) : value;
  }

  #text(text: string, kind: Kind | undefined): string {
    if (text.trim() === '') return text;
    switch (kind) {
      case 'first_name':
      case 'last_name':
      case 'full_name':
        return this.#used(shortened(text));
      case 'person':
        return looksLikeName(text) ? this.#used(shortened(text)) : this.#written(text);
      case 'email': {
        const scanned = this.#scanned(text);
        return scanned === text ? this.#used(shortened(text)) : scanned;
      }
      case 'phone':
        return this.#used(lastDigits(text));
      case 'street':
      case 'birth':
        return this.#used(hidden);
      case 'town':
      case 'coordinate':
      case 'id':
      case 'handle':
      case 'note':
      case 'answer':
      case undefined:
        return this.#written(text);
    }
  }

  /** Text that is a body, or just text. */
  #written(text: string): string {
    if (this.#textDepth === textDepthMax) return this.#scanned(text);
    this.#textDepth += 1;
    const masked = this.#json(text) ?? this.#form(text) ?? this.#scanned(text);
    this.#textDepth -= 1;
    return masked;
  }

  #json(text: string): string | undefined {
    if (!/^\s*[[{]/.test(text)) return undefined;
    const body = parsed(text);
    if (body === undefined) return undefined;
    const before = this.isUsed;
    this.isUsed = false;
    const masked = this.value(body, top, 0);
    const isChanged = this.isUsed;
    this.isUsed ||= before;
    // Where nothing is hidden it is what was sent, to the last space.
    return isChanged ? JSON.stringify(masked, null, /^\s*[[{]\s*\n/.test(text) ? 2 : undefined) : text;
  }

  /** As a browser sends a form. */
  #form(text: string): string | undefined {
    if (!/^[\w.%+[\]-]{1,100}=[^\s&]*(?:&[\w.%+[\]-]{1,100}=[^\s&]*)*$/.test(text)) return undefined;
    const pairs = text.split('&');
    if (pairs.length > formFieldsMax) return undefined;
    const fields = pairs.map((field): readonly [string, string] => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)];
    });
    const block = Object.fromEntries(fields.map(([name, value]) => [decoded(name), decoded(value)]));
    return fields
      .map(([name, value]) => {
        const plain = decoded(value);
        const masked = this.#text(plain, placeIn(block, decoded(name), top).kind);
        return `${name}=${masked === plain ? value : encodeURIComponent(masked)}`;
      })
      .join('&');
  }

  #scanned(text: string): string {
    const masked = replaceAddresses(text, { email: maskedEmail, phone: lastDigits });
    return masked === text ? text : this.#used(masked);
  }

  #used<T>(masked: T): T {
    this.isUsed = true;
    return masked;
  }
}

/** Where a value stands is told by the end of its path. */
const pathEndMax = 3;
const pathLengthMax = 300;

/**
 * In previews a value stands beside its path, as in `{ path: "event.user.name", value: … }`; one without an expression is
 * what the operator wrote into the mapping, so no name in it is a customer's.
 */
function placeIn(block: JsonObject, key: string, place: Place): Place {
  if (key === 'value' && block.expression === null && Array.isArray(block.keys)) return top;
  const steps = ['value', 'before', 'after'].includes(key) ? pathEnd(block.path) : undefined;
  if (steps === undefined) return memberOf(block, key, place);
  return steps.reduce((around, step) => memberOf({ [step]: null }, step, around), top);
}

/** Undefined where it is none: senders have keys called `path` too. */
function pathEnd(path: Json | undefined): readonly string[] | undefined {
  if (typeof path === 'string') return path.slice(-pathLengthMax).split('.').slice(-pathEndMax);
  const end = Array.isArray(path) ? (path as readonly Json[]).slice(-pathEndMax) : [];
  const steps = end.filter((step) => typeof step === 'string' || typeof step === 'number').map(String);
  return steps.length === end.length && end.length > 0 ? steps : undefined;
}

const maskedEmail = (text: string): string => text.replace(/^(.).*(@|%40)/su, `$1${hidden}$2`);

/** Enough to tell two numbers apart. */
const lastDigits = (text: string): string => `${hidden}${phoneDigits(text).slice(-2)}`;

const shortened = (text: string): string =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => `${[...word][0] ?? ''}${hidden}`)
    .join(' ');

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // No JSON after all: then it is read as text.
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A stray percent sign is text.
    return text;
  }
}
