const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });
/** Closer than this is now: the page does not tick every second. */
const nowWithinMs = 10_000;

/** `3 min ago`, `in 2 hr`, `just now`; seconds only of the last minute. */
export function relativeTime(atMs: number, nowMs: number): string {
  const differenceMs = atMs - nowMs;
  const size = Math.abs(differenceMs);
  if (size < nowWithinMs) return differenceMs > 0 ? 'now' : 'just now';
  const [unit, unitMs] = steps.find(([, ms]) => size >= ms) ?? ['second', 1_000];
  return relative.format(Math.trunc(differenceMs / unitMs), unit);
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat('en-GB', {
  ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, timeZoneName: 'short' },
});

/** The clock's time today, with the day on other days. */
export const absoluteTime = (atMs: number, nowMs: number): string =>
  day.format(atMs) === day.format(nowMs) ? clock.format(atMs) : `${day.format(atMs)} ${clock.format(atMs)}`;

/** Everything there is to say of a moment, in the reader's time zone. */
export const fullTime = (atMs: number): string => whole.format(atMs);

/** `38 ms`, `1.2 s`, `4 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}
