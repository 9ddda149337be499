import { isJsonObject, type Json } from '../../model/json.ts';
import { bodyPlace, type Place, stepPlace } from './place.ts';

/** Blocks and lists looked into: enough for what senders send, and cheap. */
const visitsMax = 1_000;

type Part = readonly [Json | undefined, Place];

/** The one other place in the body that has such a key; undefined where none has it, or several have. */
export function elsewhere(key: string, body: Json): Place | undefined {
  const found: Place[] = [];
  const open: Part[] = [[body, bodyPlace]];
  for (const [value, place] of open) {
    if (isJsonObject(value) && Object.hasOwn(value, key)) found.push(place);
    if (found.length > 1) return undefined;
    const room = visitsMax - open.length;
    if (room > 0) open.push(...partsOf(value, place).slice(0, room));
  }
  return found[0];
}

/** Of a list the first item stands for all. */
function partsOf(value: Json | undefined, place: Place): readonly Part[] {
  if (Array.isArray(value)) return [[value[0] as Json | undefined, { ...place, text: `${place.text}[0]` }]];
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]): readonly Part[] =>
    typeof member === 'object' ? [[member, stepPlace(place, { type: 'name', value: key }, false)]] : [],
  );
}
