/** What becomes of rows that are not what was written: they end where people see them, and hold up nobody. */
import type { DigestedDelivery, DigestedEvent } from '../contents.ts';
import { damagedAttempt, damagedDelivery, damagedEvent } from '../damaged.ts';
import { type FoundDamages, notAsWritten } from '../found-damages.ts';
import type { Tally } from '../tally.ts';
import { alignPersons } from './align.ts';
import { insertAttempts } from './attempts.ts';
import type { Transaction } from './connections.ts';
import { replaySql } from './replay-sql.ts';
import { namesOf } from './tally.ts';

export const damagedSql = {
  /** Out of the hands of the worker that never saw them. */
  bury: `
    update delivery set status = 'dead', due_at = null, claimed_by = null, lease_ends_at = null, settled_at = $2,
      reason = $3, cause = $4, attempts = attempts + 1, failures = failures + 1,
      failing_since = coalesce(failing_since, $2)
    where seq = any($1::bigint[])`,
  fail: `
    update event set status = 'failed', reason = $3, message = $4, cause = $5, settled_at = $2, runs = null,
      runs_digest = null, replay_seq = null, in_line_since = null, due_at = null, waits_for = null, claimed_by = null,
      lease_ends_at = null
    where seq = any($1::bigint[])`,
};

interface Damaged<Row> {
  readonly rows: readonly Row[];
  readonly now: Date;
  readonly damages: FoundDamages;
}

type BuriedRow = Pick<DigestedDelivery, 'seq' | 'id' | 'person' | 'attempts'>;
type FailedRow = Pick<DigestedEvent, 'seq' | 'id' | 'source'>;

/** Of one lane, just claimed: dead without having been sent, with attempts that say why. */
export async function buryDeliveries(
  tx: Transaction,
  { rows, destination, now, damages }: Damaged<BuriedRow> & { readonly destination: string },
  tally: Tally,
): Promise<void> {
  if (rows.length === 0) return;
  for (const { id } of rows) damages.report({ place: `delivery ${id}`, what: notAsWritten });
  const { reason, cause } = damagedDelivery;
  await tx.rows(damagedSql.bury, [rows.map(({ seq }) => seq), now.getTime(), reason, cause]);
  insertAttempts(
    tx,
    rows.map((row) => damagedAttempt(row, now)),
  );
  alignPersons(
    tx,
    rows.map(({ person }) => ({ destination, person })),
  );
  tally.deliveries(destination, 'pending', -rows.length);
  tally.deliveries(destination, 'dead', rows.length);
  tally.happened({ kind: 'delivery', name: destination, what: 'dead' }, now.getTime(), rows.length);
  tally.problem({ kind: 'delivery', name: destination, reason, cause, count: rows.length });
}

/** Failed without having been translated. */
export async function failEvents(
  tx: Transaction,
  { rows, now, damages }: Damaged<FailedRow>,
  tally: Tally,
): Promise<void> {
  if (rows.length === 0) return;
  for (const { id } of rows)
    damages.report({ place: `event ${id}`, what: `${notAsWritten}, in the event or its request` });
  const { reason, message, cause } = damagedEvent;
  const seqs = rows.map(({ seq }) => seq);
  await tx.rows(replaySql.leave, [rows.map(({ id }) => id)]);
  await tx.rows(damagedSql.fail, [seqs, now.getTime(), reason, message, cause]);
  // The source may be the damage: nothing is counted of one that never was.
  const names = await namesOf(tx.rows, 'event');
  for (const { source } of rows.filter((row) => names.includes(row.source))) {
    tally.events(source, 'received', -1);
    tally.events(source, 'failed', 1);
    tally.happened({ kind: 'event', name: source, what: 'failed' }, now.getTime());
    tally.problem({ kind: 'event', name: source, reason, cause, count: 1 });
  }
}
