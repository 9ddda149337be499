import type { Database } from 'better-sqlite3';
import type { SeriesLimits, SeriesRow } from '../series.ts';

const within = 'starts_at >= @since and starts_at < @until';

const countable = (count: string): string => `max(min(${count}, ${Number.MAX_SAFE_INTEGER}), 1)`;

export function seriesStatements(db: Database) {
  return {
    minutes: db.prepare<SeriesLimits, SeriesRow>(`
      select starts_at, kind, name, what, count from series where step = 'minute' and ${within}
      order by starts_at, kind, name, what`),
    /** Hours, and the minutes that have not become any. */
    longer: db.prepare<SeriesLimits, SeriesRow>(`
      select starts_at - starts_at % @stepMs as starts_at, kind, name, what, sum(count) as count
      from (
        select starts_at, kind, name, what, count from series where step = 'minute' and ${within}
        union all
        select starts_at, kind, name, what, count from series where step = 'hour' and ${within})
      group by 1, 2, 3, 4`),
    oldestMinute: db.prepare<[], number | null>("select min(starts_at) from series where step = 'minute'").pluck(),
    // A counter that was damaged must not keep what is due from going.
    fold: db.prepare<[number]>(`
      insert into series (step, starts_at, kind, name, what, count)
      select 'hour', starts_at - starts_at % 3600000 as hour, kind, name, what, sum(${countable('count')}) from series
      where step = 'minute' and starts_at < ? group by hour, kind, name, what
      on conflict do update set count = ${countable('count')} + ${countable('excluded.count')}`),
    dropMinutes: db.prepare<[number]>("delete from series where step = 'minute' and starts_at < ?"),
    dropHours: db.prepare<[number]>("delete from series where step = 'hour' and starts_at < ?"),
  };
}
