import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { DestinationResult } from './run.ts';
import type { TemplatePath } from './template.ts';

/** In `expect:`, a field that must not be there. */
const absent = '(absent)';

/** One way in which what a mapping made is not what its test expects. */
export interface Difference {
  readonly kind: 'value' | 'absent' | 'unexpected' | 'skipped' | 'not_skipped';
  /** In one sentence. */
  readonly message: string;
  /** Inside the payload, as in `['event_attributes', 'revenue']`; empty for the payload as a whole. */
  readonly field: TemplatePath;
  readonly expected?: Json;
  /** Absent where there is nothing. */
  readonly received?: Json;
}

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
): readonly Difference[] {
  const payloads = results.flatMap((result) => (result.outcome === 'payload' ? [result.payload] : []));
  const [payload] = payloads;
  if (wanted === 'skipped') {
    const message = `${name}: expected skipped, but it got a payload`;
    return payload === undefined ? [] : [{ kind: 'not_skipped', message, field: [], expected: wanted }];
  }
  if (payload === undefined) {
    const reason = results.flatMap((result) => (result.outcome === 'skipped' ? [result.reason] : []))[0];
    const message = `${name}: no payload; ${skipped ?? reason ?? 'the mapping does not send to it'}`;
    return [{ kind: 'skipped', message, field: [], expected: wanted }];
  }
  return difference(payload, wanted, { name, field: [], exact });
}

interface Comparison {
  /** Of the destination. */
  readonly name: string;
  readonly field: TemplatePath;
  /** Also complain of what was not asked for. */
  readonly exact: boolean;
}

/** Where `actual` is not what was wanted; by default only what is named is compared. */
export function difference(actual: Json | undefined, wanted: Json, comparison: Comparison): readonly Difference[] {
  const { name, field, exact } = comparison;
  const path = fieldName(name, field);
  const received = actual === undefined ? {} : { received: actual };
  if (wanted === absent) {
    const message = `${path}: expected it to be absent, got ${JSON.stringify(actual)}`;
    return actual === undefined ? [] : [{ kind: 'absent', message, field, expected: wanted, ...received }];
  }
  if (isJsonObject(wanted) && isJsonObject(actual)) {
    const extra = exact ? Object.keys(actual).filter((key) => !Object.hasOwn(wanted, key)) : [];
    return [
      ...Object.entries(wanted).flatMap(([key, value]) =>
        difference(actual[key], value ?? null, { ...comparison, field: [...field, key] }),
      ),
      ...extra.map((key) => unexpected(name, [...field, key], actual[key] ?? null)),
    ];
  }
  if (Array.isArray(wanted) && Array.isArray(actual) && wanted.length === actual.length) {
    return wanted.flatMap((value: Json, index) =>
      difference(actual[index], value, { ...comparison, field: [...field, index] }),
    );
  }
  if (wanted === actual) return [];
  const message = `${path}: expected ${JSON.stringify(wanted)}, got ${actual === undefined ? 'nothing' : JSON.stringify(actual)}`;
  return [{ kind: 'value', message, field, expected: wanted, ...received }];
}

function unexpected(name: string, field: TemplatePath, received: Json): Difference {
  const message = `${fieldName(name, field)}: not expected, got ${JSON.stringify(received)}`;
  return { kind: 'unexpected', message, field, received };
}

/** As in `segment.context.tags[1]`. */
export const fieldName = (name: string, field: TemplatePath): string =>
  field.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`), name);
