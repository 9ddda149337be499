import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { DestinationResult } from './run.ts';

/** In `expect:`, a field that must not be there. */
const absent = '(absent)';

export interface Made {
  /** What the mapping made for this destination; several with `for_each`, of which the first counts. */
  readonly results: readonly DestinationResult[];
  /** Why the whole mapping made nothing. */
  readonly skipped: string | undefined;
  /** The expectation is the whole payload. */
  readonly exact: boolean;
}

/** What a mapping test expects of one destination, against what the mapping made for it. */
export function expectationFailures(
  name: string,
  wanted: 'skipped' | JsonObject,
  { results, skipped, exact }: Made,
): readonly string[] {
  const payloads = results.flatMap((result) => (result.outcome === 'payload' ? [result.payload] : []));
  if (wanted === 'skipped') return payloads.length === 0 ? [] : [`${name}: expected skipped, but it got a payload`];
  const [payload] = payloads;
  if (payload === undefined) {
    const reason = results.flatMap((result) => (result.outcome === 'skipped' ? [result.reason] : []))[0];
    return [`${name}: no payload; ${skipped ?? reason ?? 'the mapping does not send to it'}`];
  }
  return difference(payload, wanted, { path: name, exact });
}

interface Comparison {
  readonly path: string;
  /** Also complain of what was not asked for. */
  readonly exact: boolean;
}

/** Where `actual` is not what was wanted; by default only what is named is compared. */
function difference(actual: Json | undefined, wanted: Json, { path, exact }: Comparison): readonly string[] {
  if (wanted === absent)
    return actual === undefined ? [] : [`${path}: expected it to be absent, got ${JSON.stringify(actual)}`];
  if (isJsonObject(wanted) && isJsonObject(actual)) {
    const extra = exact ? Object.keys(actual).filter((key) => !Object.hasOwn(wanted, key)) : [];
    return [
      ...Object.entries(wanted).flatMap(([key, value]) =>
        difference(actual[key], value ?? null, { path: `${path}.${key}`, exact }),
      ),
      ...extra.map((key) => `${path}.${key}: not expected, got ${JSON.stringify(actual[key])}`),
    ];
  }
  if (Array.isArray(wanted) && Array.isArray(actual) && wanted.length === actual.length) {
    return wanted.flatMap((value: Json, index) =>
      difference(actual[index], value, { path: `${path}[${index}]`, exact }),
    );
  }
  if (wanted === actual) return [];
  return [
    `${path}: expected ${JSON.stringify(wanted)}, got ${actual === undefined ? 'nothing' : JSON.stringify(actual)}`,
  ];
}
