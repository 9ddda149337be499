import { dateFromMs } from '../model/clock.ts';

/** Below this a number is seconds, above it milliseconds: 1e11 s is the year 5138, 1e11 ms is March 1973. */
const secondsMax = 1e11;
/** The years 0 to 9999, which ISO 8601 writes with four digits; microseconds taken for milliseconds lie beyond. */
const msMin = -62_167_219_200_000;
const msMax = 253_402_300_799_999;

/** Only ISO shapes: Date.parse also takes "1", "May" and other things nobody means as a time. */
const isoTime = /^(\d{4}-\d\d(?:-\d\d)?)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Seconds, milliseconds (as numbers or digits) or a date in ISO 8601 → a moment; undefined for anything else. A time
 * without an offset is UTC: in the host's own zone the same event would come out differently elsewhere.
 */
export function toDate(value: unknown): Date | undefined {
  if (typeof value === 'number') return fromNumber(value);
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^-?\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text));
  const [, date, time, zone = 'Z'] = isoTime.exec(text) ?? [];
  if (date === undefined) return undefined;
  return fromMs(Date.parse(time === undefined ? date : `${date}T${time}${zone.toUpperCase() === 'UTC' ? 'Z' : zone}`));
}

const fromNumber = (value: number): Date | undefined => fromMs(Math.abs(value) < secondsMax ? value * 1000 : value);

const fromMs = (ms: number): Date | undefined => (ms >= msMin && ms <= msMax ? dateFromMs(Math.round(ms)) : undefined);
