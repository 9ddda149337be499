import { isJsonObject, type Json } from '../model/json.ts';

/** One field that differs; absent on the side that has none. */
export interface PayloadChange {
  /** As in `properties.items[2].price`; empty for the whole payload. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** Enough to see what kind of change it is. */
const changesMax = 50;

/** Field by field, in the order of the payloads; the first fifty. */
export const payloadChanges = (before: Json, after: Json): readonly PayloadChange[] =>
  changesAt('', before, after).slice(0, changesMax);

function changesAt(path: string, before: Json | undefined, after: Json | undefined): readonly PayloadChange[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const places = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
    return places.flatMap((index) => changesAt(`${path}[${index}]`, before[index], after[index]));
  }
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changesAt(path === '' ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}
