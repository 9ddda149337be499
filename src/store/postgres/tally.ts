/** Counters, each spread over several rows: transactions that count the same thing need not wait for each other. */
import type { ProblemRow, StitchTallyRow, Tally, TallyRow } from '../tally.ts';
import type { Queries, Transaction } from './connections.ts';
import { problemSql } from './problem-sql.ts';
import { toRecords } from './text.ts';

const shards = 8;

export const tallySql = {
  add: `
    insert into tally (kind, name, status, shard, count)
    select kind, name, status, $2, count
    from json_to_recordset($1) as change (kind text, name text, status text, count bigint)
    order by kind collate "C", name collate "C", status collate "C"
    on conflict (kind, name, status, shard) do update set count = tally.count + excluded.count`,
  addStitches: `
    insert into stitch_tally (source, origin, shard, count)
    select source, origin, $2, count from json_to_recordset($1) as change (source text, origin text, count bigint)
    order by source collate "C", origin collate "C"
    on conflict (source, origin, shard) do update set count = stitch_tally.count + excluded.count`,
  addSeries: `
    insert into series (step, starts_at, kind, name, what, shard, count)
    select 'minute', starts_at, kind, name, what, $2, count
    from json_to_recordset($1) as change (starts_at bigint, kind text, name text, what text, count bigint)
    order by starts_at, kind collate "C", name collate "C", what collate "C"
    on conflict (step, starts_at, kind, name, what, shard) do update set count = series.count + excluded.count`,
  all: `
    select kind, name, status, sum(count)::bigint as count from tally
    group by kind, name, status order by kind, name, status`,
  allStitches: `
    select source, origin, sum(count)::bigint as count from stitch_tally group by source, origin order by source, origin`,
  names: 'select distinct name from tally where kind = $1 order by name',
};

/** The last thing a transaction does, so that the rows are held for the commit alone. */
export function writeTally(tx: Transaction, tally: Tally): void {
  const changes = [...tally.changes()].filter(({ count }) => count !== 0);
  const stitches = [...tally.stitches()];
  const series = tally.series();
  const shard = nextShard();
  if (changes.length > 0) tx.along(tallySql.add, [toRecords(changes), shard]);
  if (stitches.length > 0) tx.along(tallySql.addStitches, [toRecords(stitches), shard]);
  if (series.length > 0) tx.along(tallySql.addSeries, [toRecords(series), shard]);
  writeProblems(
    tx,
    [...tally.problems()].filter(({ count }) => count !== 0),
  );
}

/** In one row each, since the largest of them are to be found. */
function writeProblems(tx: Transaction, changes: readonly ProblemRow[]): void {
  const more = changes.filter(({ count }) => count > 0);
  const fewer = changes.filter(({ count }) => count < 0);
  if (fewer.length > 0) {
    tx.along(problemSql.hold, [toRecords(changes)]);
    tx.along(problemSql.take, [toRecords(fewer)]);
    tx.along(problemSql.dropEmpty, [toRecords(fewer)]);
  }
  if (more.length > 0) tx.along(problemSql.add, [toRecords(more)]);
}

let shardsTaken = process.pid;

function nextShard(): number {
  shardsTaken += 1;
  return shardsTaken % shards;
}

export type Read = Queries['rows'];

export const tallyRows = (read: Read): Promise<readonly TallyRow[]> => read(tallySql.all);
export const stitchTallyRows = (read: Read): Promise<readonly StitchTallyRow[]> => read(tallySql.allStitches);

export async function namesOf(read: Read, kind: TallyRow['kind']): Promise<readonly string[]> {
  return (await read<{ name: string }>(tallySql.names, [kind])).map(({ name }) => name);
}
