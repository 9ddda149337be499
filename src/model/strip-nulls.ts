import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { setMember } from './set-member.ts';

/**
 * Vendors refuse null where a value is optional, so it is left out, but under keys where null means "remove this". What
 * holds none stays the same object.
 */
export function stripNulls(value: JsonObject, keepUnder: readonly string[] = []): JsonObject {
  let stripped: Record<string, Json | undefined> | undefined;
  for (const key of Object.keys(value)) {
    const member = value[key];
    const kept = isNothing(member) || keepUnder.includes(key) ? member : strip(member, keepUnder);
    if (stripped === undefined && (kept !== member || isNothing(kept))) stripped = membersBefore(key, value);
    if (stripped !== undefined && !isNothing(kept)) setMember(stripped, key, kept);
  }
  return stripped ?? value;
}

const isNothing = (value: Json | undefined): value is null | undefined => value === undefined || value === null;

function membersBefore(end: string, object: JsonObject): Record<string, Json | undefined> {
  const members = {};
  for (const key of Object.keys(object)) {
    if (key === end) break;
    setMember(members, key, object[key]);
  }
  return members;
}

function strip(value: Json, keepUnder: readonly string[]): Json {
  if (Array.isArray(value)) return stripList(value, keepUnder);
  return isJsonObject(value) ? stripNulls(value, keepUnder) : value;
}

function stripList(list: readonly Json[], keepUnder: readonly string[]): readonly Json[] {
  const stripped = list.filter((item) => item !== null).map((item) => strip(item, keepUnder));
  return stripped.length === list.length && stripped.every((item, index) => item === list[index]) ? list : stripped;
}
