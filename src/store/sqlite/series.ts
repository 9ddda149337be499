import type { SeriesPoint } from '../../model/series.ts';
import { foldUntil, limitsOf, seriesKeptMs, toPoint } from '../series.ts';
import type { SeriesRange } from '../store.ts';
import type { Statements } from './statements.ts';

export function series({ series: sql }: Statements, range: SeriesRange): readonly SeriesPoint[] {
  const limits = limitsOf(range);
  const statement = range.step === 'minute' ? sql.minutes : sql.longer;
  return statement.all(limits).map(toPoint);
}

/** Adds the oldest minutes up to hours, and lets go of the oldest hours, inside a transaction; false when more are due. */
export function foldSeries({ series: sql }: Statements, now: Date): boolean {
  sql.dropHours.run(now.getTime() - seriesKeptMs.hour);
  const until = foldUntil(sql.oldestMinute.get(), now);
  if (until === undefined) return true;
  sql.fold.run(until);
  sql.dropMinutes.run(until);
  return foldUntil(sql.oldestMinute.get(), now) === undefined;
}
