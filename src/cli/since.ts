import { addMs, dateFromMs, systemClock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `2h`, `1d`, or a time in ISO 8601 → the time as the API takes it. Throws CONFIG_INVALID. */
export function sinceTime(text: string, now: Date): string {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : addMs(now, -Number(count) * (unitMs[unit] ?? 0)).getTime();
  if (!Number.isFinite(ms)) {
    throw new GatewayError('CONFIG_INVALID', `--since ${JSON.stringify(text)} is no time`, {
      hint: 'use 15m, 2h or 1d, or a time such as 2026-11-21T00:00:00Z',
    });
  }
  return dateFromMs(ms).toISOString();
}

/** `--since` and `--until` as far as they were given. Throws CONFIG_INVALID. */
export const timesIn = (options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['since', 'until'].flatMap((name): [string, string][] => {
      const said = options[name];
      return typeof said === 'string' ? [[name, sinceTime(said, systemClock.now())]] : [];
    }),
  );

const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** Of this machine's time zone, as in 2026-11-21 14:32:18. */
export const localTime = (iso: string): string => local.format(dateFromMs(Date.parse(iso)));
