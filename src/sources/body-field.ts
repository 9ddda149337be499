import { dateFromMs } from '../model/clock.ts';
import type { Json } from '../model/json.ts';

// The last moment with a four-digit year: later ones have no ISO 8601 form that databases read.
const maxMs = 253_402_300_799_999;

/** A single field of a genuine but foreign body: what our columns could not hold counts as absent. */
export function shortText(value: Json | undefined): string | undefined {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,200}$/u.test(value) ? value : undefined;
}

export function momentFromMs(value: Json | undefined): Date | undefined {
  return typeof value === 'number' && value > 0 && value <= maxMs ? dateFromMs(value) : undefined;
}

/** Only with an offset: a time without one would be read in the time zone of whatever host we run on. */
export function momentFromIso(value: Json | undefined): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/.test(value)) {
    return undefined;
  }
  return momentFromMs(Date.parse(value));
}
