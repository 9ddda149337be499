/** What happened when, in numbers: counted for its minute by whatever writes it, and kept by the hour later. */
import { dateFromMs } from '../model/clock.ts';
import type { SeriesRange } from './store.ts';

/** What is counted: events by what became of them, refused requests by reason, where ids came from, deliveries, their latency. */
export const seriesKinds = ['event', 'refusal', 'stitching', 'delivery', 'latency'] as const;
export type SeriesKind = (typeof seriesKinds)[number];

export interface SeriesKey {
  readonly kind: SeriesKind;
  /** A source, or a destination. */
  readonly name: string;
  readonly what: string;
}

export interface SeriesRow extends SeriesKey {
  readonly starts_at: number;
  readonly count: number;
}

/** So many times in the minute, hour or day that begins then. */
export interface SeriesPoint extends SeriesKey {
  readonly startsAt: Date;
  readonly count: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const stepsMs = { minute: minuteMs, hour: hourMs, day: dayMs } as const;
export type SeriesStep = keyof typeof stepsMs;

/** How long minutes are kept before they are added up to hours, and how long hours are. */
export const seriesKeptMs = { minute: 2 * dayMs, hour: 400 * dayMs } as const;

export const minuteOf = (ms: number): number => ms - (ms % minuteMs);

/** At most so long a stretch of minutes becomes hours in one transaction. */
const foldedMs = 10 * minuteMs;

/** Minutes before it are added up now, given the oldest that there are; undefined where none is old enough. */
export function foldUntil(oldest: number | null | undefined, now: Date): number | undefined {
  const line = minuteOf(now.getTime() - seriesKeptMs.minute);
  return oldest == null || oldest >= line ? undefined : Math.min(oldest + foldedMs, line);
}

/** In milliseconds; what takes longer than the last one is counted as `more`. */
export const latencyBoundsMs = [
  ...[5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000],
  ...[60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 86_400_000],
] as const;

/** Under which a delivery that took so long is counted. */
export function latencyOf(ms: number): string {
  const bound = latencyBoundsMs.find((most) => ms <= most);
  return bound === undefined ? 'more' : String(bound);
}

export interface SeriesLimits {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
}

export const limitsOf = ({ since, until, step }: SeriesRange): SeriesLimits => ({
  since: since.getTime() - (since.getTime() % stepsMs[step]),
  until: until.getTime(),
  stepMs: stepsMs[step],
});

export const toPoint = ({ starts_at, ...row }: SeriesRow): SeriesPoint => ({ startsAt: dateFromMs(starts_at), ...row });
