import type { Json } from '../../../model/json.ts';

/** Where the destinations' payloads say what happened, the most telling first. */
const places: readonly (readonly string[])[] = [
  ['event_type'],
  ['event'],
  ['eventName'],
  ['payload', 'name'],
  ['name'],
  ['type'],
];

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    found = (found as Readonly<Record<string, Json | undefined>>)[key];
  }
  return found;
}

/** What a payload is about in a word or two, to tell one delivery from the next; empty where it does not say. */
export function payloadName(payload: Json): string {
  const found = places.map((path) => at(payload, path)).find((value) => typeof value === 'string' && value !== '');
  return typeof found === 'string' ? found : '';
}
