import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { FilledIn } from './destination.ts';

/** What variables hold, put into a payload where it names them, just before it is sent. */

/** Which variable it is counts for nothing: one that was renamed since holds what belongs here all the same. */
const unnamed = (text: string): string => text.replaceAll(/\$\{[A-Za-z_]\w*\}/g, '${}');

/**
 * The payload's text as it is sent. Only the places count that gateway.yaml itself has variables at, so that what an
 * event says is never taken for one.
 */
export function withFilledIn(payload: string, places: readonly FilledIn[] = []): string {
  if (places.length === 0) return payload;
  const parsed = JSON.parse(payload) as Json;
  return JSON.stringify(places.reduce((filled, place) => filledAt(filled, place.path, place), parsed));
}

function filledAt(value: Json, path: FilledIn['path'], place: FilledIn): Json {
  const [key, ...rest] = path;
  if (key === undefined)
    return typeof value === 'string' && unnamed(value) === unnamed(place.text) ? place.value : value;
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === key ? filledAt(item, rest, place) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, member]) => [
      name,
      name === key ? filledAt(member ?? null, rest, place) : (member ?? null),
    ]),
  );
}
