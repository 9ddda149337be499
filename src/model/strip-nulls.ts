import { isJsonObject, type Json, type JsonObject } from './json.ts';

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
  if (Array.isArray(value)) {
    return value.filter((item: Json) => item !== null).map((item: Json) => strip(item, keepUnder));
  }
  return isJsonObject(value) ? stripNulls(value, keepUnder) : value;
}
