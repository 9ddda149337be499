import type { SeriesPoint } from '../../model/series.ts';
import { foldUntil, limitsOf, type SeriesRow, seriesKeptMs, toPoint } from '../series.ts';
import type { SeriesRange } from '../store.ts';
import type { Queries, Transaction } from './connections.ts';

const within = 'starts_at >= $1 and starts_at < $2';

const countable = (count: string): string => `greatest(least(${count}, ${Number.MAX_SAFE_INTEGER}), 1)`;

export const seriesSql = {
  minutes: `
    select starts_at, kind, name, what, sum(count)::bigint as count from series where step = 'minute' and ${within}
    group by starts_at, kind, name, what order by starts_at, kind, name, what`,
  /** Hours, and the minutes that have not become any. */
  longer: `
    select starts_at - starts_at % $3::bigint as starts_at, kind, name, what, sum(count)::bigint as count
    from (
      select starts_at, kind, name, what, count from series where step = 'minute' and ${within}
      union all
      select starts_at, kind, name, what, count from series where step = 'hour' and ${within}) as found
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  oldestMinute: "select starts_at from series where step = 'minute' order by starts_at limit 1",
  /** A counter that was damaged must not keep what is due from going. */
  fold: `
    with folded as (
      delete from series where step = 'minute' and starts_at < $1 returning starts_at, kind, name, what, count
    )
    insert into series (step, starts_at, kind, name, what, shard, count)
    select 'hour', starts_at - starts_at % 3600000 as hour, kind, name, what, 0, sum(${countable('count')}) from folded
    group by hour, kind, name, what
    on conflict (step, starts_at, kind, name, what, shard) do update
    set count = ${countable('series.count')} + ${countable('excluded.count')}`,
  dropHours: "delete from series where step = 'hour' and starts_at < $1",
};

export async function series(read: Queries['rows'], range: SeriesRange): Promise<readonly SeriesPoint[]> {
  const { since, until, stepMs } = limitsOf(range);
  const rows =
    range.step === 'minute'
      ? await read<SeriesRow>(seriesSql.minutes, [since, until])
      : await read<SeriesRow>(seriesSql.longer, [since, until, stepMs]);
  return rows.map(toPoint);
}

/** Adds the oldest minutes up to hours, and lets go of the oldest hours, one replica at a time; false when more are due. */
export async function foldSeries(tx: Transaction, now: Date): Promise<boolean> {
  await tx.rows(seriesSql.dropHours, [now.getTime() - seriesKeptMs.hour]);
  const until = foldUntil(await oldestMinute(tx), now);
  if (until === undefined) return true;
  await tx.rows(seriesSql.fold, [until]);
  return foldUntil(await oldestMinute(tx), now) === undefined;
}

const oldestMinute = async (tx: Transaction): Promise<number | undefined> =>
  (await tx.rows<{ starts_at: number }>(seriesSql.oldestMinute))[0]?.starts_at;
