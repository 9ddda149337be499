import { isJsonObject, type Json } from '../../model/json.ts';
import { elsewhere } from './elsewhere.ts';
import { isSlip, likestFirst, nearestKey } from './nearest-key.ts';
import { describePlace, type Place } from './place.ts';
import type { Reason } from './reason.ts';

/** Keys and items looked at: an explanation has to be cheap whatever the event holds. */
const keysMax = 500;
const itemsMax = 64;
const keyLengthMax = 60;

/** What a key was asked of. */
export interface Asked {
  readonly place: Place;
  readonly inputs: readonly unknown[];
  /** The event's body, where the key may be somewhere else. */
  readonly body: Json;
}

/** Why `key` was found in none of the inputs. */
export function missingKey(key: string, { place, inputs, body }: Asked): Reason {
  const items = inputs.flatMap((input) => (Array.isArray(input) ? input.slice(0, itemsMax) : [input]));
  const objects = items.filter(isJsonObject).slice(0, itemsMax);
  if (objects.length > 0) {
    const reason = notAmong(key, place, keysOf(objects));
    const other = reason.near === undefined ? elsewhere(key, body) : undefined;
    return other === undefined ? reason : { ...reason, elsewhere: describePlace(other) };
  }
  const [first] = items;
  const at = describePlace(place);
  if (items.length === 0) return { text: `${at} is ${inputs.length === 0 ? 'nothing' : 'an empty list'}` };
  const word = emptyWord(first);
  if (word !== undefined) return { text: `${at} is ${word}` };
  return { text: `${quoted(key)} is asked of ${at}, which is ${kindOf(first)}` };
}

/** Why `key` is not one of `keys`. */
export function notAmong(key: string, place: Place, keys: readonly string[]): Reason {
  const text = `${quoted(key)} is ${place.isList ? 'in no item of' : 'not in'} ${describePlace(place)}`;
  if (keys.length === 0) return { text: `${text}, which is empty` };
  const near = nearestKey(key, keys);
  return near === undefined
    ? { text, keys: likestFirst(key, keys).map(shortKey) }
    : { text, near, isSlip: isSlip(key, near) };
}

/** The keys of all of them, as far as they are worth looking at. */
export function keysOf(objects: readonly object[]): readonly string[] {
  const keys = new Set<string>();
  for (const object of objects) {
    for (const key of Object.keys(object)) {
      if (keys.size >= keysMax) return [...keys];
      keys.add(key);
    }
  }
  return [...keys];
}

export const quoted = (key: string): string => JSON.stringify(shortKey(key));

const shortKey = (key: string): string => (key.length <= keyLengthMax ? key : `${key.slice(0, keyLengthMax - 1)}…`);

/** What an empty value is called; undefined for one that is not empty. */
export function emptyWord(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string' && value.trim() === '') return value === '' ? 'an empty string' : 'a blank string';
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  return isJsonObject(value) && Object.keys(value).length === 0 ? 'an empty block' : undefined;
}

/** The kind of a value, never the value: what is in an event may be personal. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'nothing';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'a list' : 'a block of keys';
    case 'function':
    case 'bigint':
    case 'symbol':
      return 'a function';
  }
}
