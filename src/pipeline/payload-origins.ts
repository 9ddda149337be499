import { originsIn, type PayloadQuery } from '../mapping/origin.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Path } from './preview-fields.ts';

/** What in a mapping a payload's field comes from, nearest first. */
export interface PayloadOrigin {
  /** As in `['properties', 'total']`. */
  readonly field: Path;
  readonly from: readonly Path[];
}

/** Of a payload with more fields these are explained: for each, every field of the event is looked at. */
const fieldsMax = 300;

/** Of every field that the mapping has a part in. */
export function payloadOrigins(payload: JsonObject, query: PayloadQuery): readonly PayloadOrigin[] {
  const originsOf = originsIn(query);
  return leavesOf(payload)
    .slice(0, fieldsMax)
    .map((field) => ({
      field,
      from: originsOf(field).flatMap(({ written }) => (written === null ? [] : [written.path])),
    }))
    .filter(({ from }) => from.length > 0);
}

function leavesOf(value: Json | undefined, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => leavesOf(item, [...path, index]));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
  return value === undefined ? [] : [path];
}
