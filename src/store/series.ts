/** What happened when, in numbers: counted for its minute by whatever writes it, and kept by the hour later. */
import { dateFromMs } from '../model/clock.ts';
import { type SeriesKey, type SeriesPoint, startOf, stepsMs } from '../model/series.ts';
import type { SeriesRange } from './store.ts';

export interface SeriesRow extends SeriesKey {
  readonly starts_at: number;
  readonly count: number;
}

/** How long minutes are kept before they are added up to hours, and how long hours are. */
export const seriesKeptMs = { minute: 2 * stepsMs.day, hour: 400 * stepsMs.day } as const;

/** At most so long a stretch of minutes becomes hours in one transaction. */
const foldedMs = 10 * stepsMs.minute;

/** Minutes before it are added up now, given the oldest that there are; undefined where none is old enough. */
export function foldUntil(oldest: number | null | undefined, now: Date): number | undefined {
  const line = startOf('minute', now.getTime() - seriesKeptMs.minute);
  return oldest == null || oldest >= line ? undefined : Math.min(oldest + foldedMs, line);
}

export interface SeriesLimits {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
}

export const limitsOf = ({ since, until, step }: SeriesRange): SeriesLimits => ({
  since: startOf(step, since.getTime()),
  until: until.getTime(),
  stepMs: stepsMs[step],
});

export const toPoint = ({ starts_at, ...row }: SeriesRow): SeriesPoint => ({ startsAt: dateFromMs(starts_at), ...row });
