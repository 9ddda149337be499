import type { Database } from 'better-sqlite3';
import type { SeriesRow } from '../series.ts';
import type { ProblemRow, StitchTallyRow, Tally, TallyRow } from '../tally.ts';

export type TallyStatements = ReturnType<typeof tallyStatements>;

export function tallyStatements(db: Database) {
  return {
    // A counter that was damaged must not keep what it counts from moving; a look at everything finds it.
    update: db.prepare<[TallyRow]>(
      'update tally set count = max(count + @count, 0) where kind = @kind and name = @name and status = @status',
    ),
    insert: db.prepare<[TallyRow]>(
      'insert into tally (kind, name, status, count) values (@kind, @name, @status, max(@count, 0))',
    ),
    all: db.prepare<[], TallyRow>('select kind, name, status, count from tally order by kind, name, status'),
    addStitches: db.prepare<[StitchTallyRow]>(`
      insert into stitch_tally (source, origin, count) values (@source, @origin, @count)
      on conflict do update set count = count + excluded.count`),
    allStitches: db.prepare<[], StitchTallyRow>(
      'select source, origin, count from stitch_tally order by source, origin',
    ),
    updateProblem: db.prepare<[ProblemRow]>(`
      update problem set count = max(count + @count, 0)
      where kind = @kind and name = @name and reason = @reason and cause = @cause`),
    insertProblem: db.prepare<[ProblemRow]>(
      'insert into problem (kind, name, reason, cause, count) values (@kind, @name, @reason, @cause, max(@count, 0))',
    ),
    deleteProblem: db.prepare<[ProblemRow]>(`
      delete from problem where kind = @kind and name = @name and reason = @reason and cause = @cause and count = 0`),
    // Nor must one of these.
    addSeries: db.prepare<[SeriesRow]>(`
      insert into series (step, starts_at, kind, name, what, count)
      values ('minute', @starts_at, @kind, @name, @what, @count)
      on conflict do update set count = max(min(count, ${Number.MAX_SAFE_INTEGER}), 0) + excluded.count`),
    names: db
      .prepare<[TallyRow['kind']], string>('select distinct name from tally where kind = ? order by name')
      .pluck(),
  };
}

export function writeTally(sql: TallyStatements, tally: Tally): void {
  for (const change of tally.changes()) {
    if (change.count === 0) continue;
    if (sql.update.run(change).changes === 0) sql.insert.run(change);
  }
  for (const change of tally.stitches()) sql.addStitches.run(change);
  for (const problem of tally.problems()) writeProblem(sql, problem);
  for (const one of tally.series()) sql.addSeries.run(one);
}

/** A group that nothing is left of is none. */
function writeProblem(sql: TallyStatements, problem: ProblemRow): void {
  if (problem.count === 0) return;
  if (sql.updateProblem.run(problem).changes === 0) sql.insertProblem.run(problem);
  if (problem.count < 0) sql.deleteProblem.run(problem);
}
