/**
 * Rows that the database itself cannot read any more: what meets one fails, and with it all that it would have done. Here
 * each is tried by itself, and what cannot be read ends as whatever else is damaged.
 */

import { addMs } from '../../model/clock.ts';
import type { DigestedDelivery, DigestedEvent } from '../contents.ts';
import type { FoundDamages } from '../found-damages.ts';
import type { DeliveryClaim, EventClaim, Purge } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Transaction } from './connections.ts';
import { buryDeliveries, failEvents } from './damaged-rows.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventSql } from './events.ts';
import { isDamage } from './fault.ts';
import { type MaybeDue, purge } from './purge.ts';
import { writeTally } from './tally.ts';

export const unreadableSql = {
  /** What claimEvents and claimDeliveries would take, without what may be long. */
  events: `
    select seq, id, source, request_seq from event
    where status = 'received' and claimed_by is null and due_at is null
    order by seq limit $1 for update skip locked`,
  deliveries: `
    select seq, id, person, attempts from delivery
    where destination = $1 and status = 'pending' and is_behind = 0 and due_at <= $2
    order by due_at, seq limit $3 for update skip locked`,
  postpone: `
    update event set kept_from = case when kept is null then $2::bigint else $3::bigint end
    where seq = any($1::bigint[])`,
};

const againMs = 24 * 60 * 60 * 1_000;

type Known = Pick<DigestedEvent, 'seq' | 'id' | 'source' | 'request_seq'>;

export async function endUnreadableEvents(tx: Transaction, claim: EventClaim, damages: FoundDamages): Promise<void> {
  const unreadable: Known[] = [];
  for (const row of await tx.rows<Known>(unreadableSql.events, [claim.limit])) {
    const isSound = await isWithoutDamage(tx, async () => {
      await tx.rows(eventSql.bySeqs, [[row.seq]]);
      await tx.rows(eventSql.requests, [[row.request_seq]]);
    });
    if (!isSound) unreadable.push(row);
  }
  const tally = new Tally();
  await failEvents(tx, { rows: unreadable, now: claim.now, damages }, tally);
  writeTally(tx, tally);
}

/** Under the lock of the lane. */
export async function endUnreadableDeliveries(
  tx: Transaction,
  { destination, now, limit }: DeliveryClaim,
  damages: FoundDamages,
): Promise<void> {
  type Due = Pick<DigestedDelivery, 'seq' | 'id' | 'person' | 'attempts'>;
  const unreadable: Due[] = [];
  for (const row of await tx.rows<Due>(unreadableSql.deliveries, [destination, now.getTime(), limit]))
    if (!(await isWithoutDamage(tx, () => tx.rows(deliverySql.byId, [row.id])))) unreadable.push(row);
  const tally = new Tally();
  await buryDeliveries(tx, { rows: unreadable, destination, now, damages }, tally);
  writeTally(tx, tally);
}

/** Looked at again a day later: what cannot be erased holds up nobody else. */
export async function postponeUnerasable(tx: Transaction, order: Purge, maybe: MaybeDue): Promise<readonly number[]> {
  const unerasable: number[] = [];
  for (const seq of maybe.seqs)
    if (!(await isWithoutDamage(tx, () => purge(tx, order, { ...maybe, seqs: [seq] })))) unerasable.push(seq);
  const { now, keep } = order;
  const from = (ms: number): number => addMs(now, againMs - ms).getTime();
  await tx.rows(unreadableSql.postpone, [unerasable, from(keep.deliveredMs), from(keep.deadMs)]);
  return unerasable;
}

/** Tries something out; nothing of it stays. */
async function isWithoutDamage(tx: Transaction, work: () => Promise<unknown>): Promise<boolean> {
  await tx.rows('savepoint trial');
  try {
    await work();
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  } finally {
    await tx.rows('rollback to savepoint trial');
  }
}
