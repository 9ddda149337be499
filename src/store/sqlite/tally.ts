import type { Database } from 'better-sqlite3';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { EventStatus } from '../../model/event.ts';
import type { StitchOrigin } from '../../model/identity.ts';

export type TallyRow =
  | { readonly kind: 'event'; readonly name: string; readonly status: EventStatus; readonly count: number }
  | { readonly kind: 'delivery'; readonly name: string; readonly status: DeliveryStatus; readonly count: number };

export interface StitchTallyRow {
  readonly source: string;
  readonly origin: StitchOrigin;
  readonly count: number;
}

export interface ProblemRow {
  readonly kind: 'event' | 'delivery';
  readonly name: string;
  readonly reason: string;
  readonly cause: string;
  readonly count: number;
}

/** What one transaction changes in the counters, added up so that a thousand rows cost a handful of updates. */
export class Tally {
  readonly #changes = new Map<string, TallyRow>();
  readonly #stitches = new Map<string, StitchTallyRow>();
  readonly #problems = new Map<string, ProblemRow>();

  events(source: string, status: EventStatus, count: number): void {
    this.#add({ kind: 'event', name: source, status, count });
  }

  deliveries(destination: string, status: DeliveryStatus, count: number): void {
    this.#add({ kind: 'delivery', name: destination, status, count });
  }

  /** A canonical event whose ids came from there. */
  stitched(source: string, origin: StitchOrigin, count = 1): void {
    const key = `${origin} ${source}`;
    this.#stitches.set(key, { source, origin, count: count + (this.#stitches.get(key)?.count ?? 0) });
  }

  /** What is counted with its reason; anything that has none is no problem. */
  problem({ kind, name, reason, cause, count }: MaybeProblem): void {
    if (reason === null || cause === null) return;
    const key = JSON.stringify([kind, name, reason, cause]);
    this.#problems.set(key, { kind, name, reason, cause, count: count + (this.#problems.get(key)?.count ?? 0) });
  }

  addAll(other: Tally): void {
    for (const change of other.changes()) this.#add(change);
    for (const problem of other.problems()) this.problem(problem);
    for (const { source, origin, count } of other.stitches()) this.stitched(source, origin, count);
  }

  changes(): Iterable<TallyRow> {
    return this.#changes.values();
  }

  stitches(): Iterable<StitchTallyRow> {
    return this.#stitches.values();
  }

  problems(): Iterable<ProblemRow> {
    return this.#problems.values();
  }

  #add(change: TallyRow): void {
    const key = `${change.kind} ${change.status} ${change.name}`;
    const count = change.count + (this.#changes.get(key)?.count ?? 0);
    this.#changes.set(key, { ...change, count });
  }
}

type MaybeProblem = Omit<ProblemRow, 'reason' | 'cause'> & {
  readonly reason: string | null;
  readonly cause: string | null;
};

export type TallyStatements = ReturnType<typeof tallyStatements>;

export function tallyStatements(db: Database) {
  return {
    // A counter that was damaged must not keep what it counts from moving; the scrub finds it.
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
}

/** A group that nothing is left of is none. */
function writeProblem(sql: TallyStatements, problem: ProblemRow): void {
  if (problem.count === 0) return;
  if (sql.updateProblem.run(problem).changes === 0) sql.insertProblem.run(problem);
  if (problem.count < 0) sql.deleteProblem.run(problem);
}
