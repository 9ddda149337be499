import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** RFC 7396 merge patch: objects merge, null removes, everything else replaces. Neither side is changed. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Vendors refuse null where a value is optional, so it is left out, but under keys where null means "remove this". */
export function stripNulls(value: JsonObject, keepUnder: readonly string[] = []): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]): [string, Json][] => {
      if (member === undefined || member === null) return [];
      if (keepUnder.includes(key)) return [[key, member]];
      return [[key, strip(member, keepUnder)]];
    }),
  );
}

function strip(value: Json, keepUnder: readonly string[]): Json {
  if (Array.isArray(value)) return value.filter((item: Json) => item !== null).map((item: Json) => strip(item, keepUnder));
  return isJsonObject(value) ? stripNulls(value, keepUnder) : value;
}
