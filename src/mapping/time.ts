import { dateFromMs } from '../model/clock.ts';

/** Below this a number is seconds, above it milliseconds: 1e11 s is the year 5138, 1e11 ms is March 1973. */
const secondsMax = 1e11;
/** The last moment a JavaScript date can hold. */
const msMax = 8.64e15;

/** Seconds, milliseconds (as numbers or digits) or a date in ISO 8601 → a moment; undefined for anything else. */
export function toDate(value: unknown): Date | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  if (/^-?\d+(\.\d+)?$/.test(value.trim())) return fromNumber(Number(value));
  // Only ISO shapes: Date.parse also takes "1", "May" and other things nobody means as a time.
  if (!/^\d{4}-\d{2}(-\d{2}([T ]\S+(\s?(UTC|Z|[+-]\d{2}:?\d{2}))?)?)?$/.test(value.trim())) return undefined;
  const ms = Date.parse(value.trim());
  return Number.isNaN(ms) ? undefined : dateFromMs(ms);
}

function fromNumber(value: number): Date | undefined {
  const ms = Math.abs(value) < secondsMax ? value * 1000 : value;
  return Number.isFinite(ms) && Math.abs(ms) <= msMax ? dateFromMs(Math.round(ms)) : undefined;
}
