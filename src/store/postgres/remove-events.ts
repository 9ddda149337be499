/** Events with all that came of them, taken out of the store. Runs inside a transaction, under the locks of their lanes. */
import type { DeliveryId } from '../../model/id.ts';
import type { KeptDelivery, KeptEvent } from '../erasing.ts';
import type { Tally } from '../tally.ts';
import { digestOf } from '../tombstones.ts';
import { alignPersons } from './align.ts';
import type { Transaction } from './connections.ts';
import { erasureSql } from './erasure-sql.ts';
import { replaySql } from './replay-sql.ts';

export interface Removed {
  readonly deliveries: number;
  readonly attempts: number;
}

/** A worker that holds a lease on any of it settles nothing any more: what it would move is gone. */
export async function removeEvents(tx: Transaction, events: readonly KeptEvent[], tally: Tally): Promise<Removed> {
  const ids = events.map(({ id }) => id);
  const deliveries = await tx.rows<Omit<KeptDelivery, 'payload'>>(erasureSql.removed, [ids]);
  const attempts = await tx.rows<{ delivery_id: DeliveryId }>(erasureSql.deleteAttempts, [
    deliveries.map(({ id }) => id),
  ]);
  await tx.rows(erasureSql.deleteDeliveries, [ids]);
  // Somebody else's may have stood behind one of them.
  alignPersons(tx, deliveries);
  await tx.rows(erasureSql.deleteMarks, [ids]);
  await tx.rows(replaySql.leave, [ids]);
  await tx.rows(erasureSql.deleteEvents, [ids]);
  for (const { destination, status, reason, cause } of deliveries) {
    tally.deliveries(destination, status, -1);
    tally.problem({ kind: 'delivery', name: destination, reason, cause, count: -1 });
  }
  for (const { source, status, reason, cause } of events) {
    tally.events(source, status, -1);
    tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
  }
  return { deliveries: deliveries.length, attempts: attempts.length };
}

/** So that a retry of the sender is a duplicate: for good, or from a time on for as long as keys are kept. */
export async function rememberGone(tx: Transaction, events: readonly KeptEvent[], goneAt: Date | null): Promise<void> {
  const digests = events.map(({ source, external_id }) => digestOf(source, external_id).toString('hex'));
  await tx.rows(erasureSql.rememberGone, [digests, goneAt?.getTime() ?? null]);
}
