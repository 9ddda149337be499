/** What went wrong, in groups, and the dead deliveries that are redelivered or cancelled, under the locks of their lanes. */
import type { FailureReason } from '../../model/attempt.ts';
import { addMs, dateFromMs } from '../../model/clock.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { EventFailure } from '../../model/event.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import { deadRanges, type MovableRow } from '../dead-ranges.ts';
import type { Place } from '../pages.ts';
import type {
  Cancellation,
  DeadCount,
  DeadFilter,
  MovedDelivery,
  OpenFilter,
  Problems,
  Redelivery,
} from '../repair.ts';
import { Tally } from '../tally.ts';
import { alignPersons } from './align.ts';
import type { Queries, Transaction } from './connections.ts';
import { laneLock } from './locks.ts';
import { problemSql } from './problem-sql.ts';
import { namesOf, writeTally } from './tally.ts';
import { toRecords } from './text.ts';

type Read = Queries['rows'];

interface GroupRow<Reason, Id> {
  readonly name: string;
  readonly reason: Reason;
  readonly cause: string;
  readonly count: number;
  readonly example: Id;
  readonly first_at: number;
  readonly last_at: number;
}

export async function problems(read: Read): Promise<Problems> {
  const dead = await read<GroupRow<FailureReason, DeliveryId>>(problemSql.deadGroups);
  const failed = await read<GroupRow<EventFailure, EventId>>(problemSql.failedGroups);
  return {
    deliveries: dead.map((row) => ({ destination: row.name, ...toGroup(row) })),
    events: failed.map((row) => ({ source: row.name, ...toGroup(row) })),
  };
}

const toGroup = <Reason, Id>({ reason, cause, count, example, first_at, last_at }: GroupRow<Reason, Id>) => ({
  ...{ reason, cause, count, example },
  firstAt: dateFromMs(first_at),
  lastAt: dateFromMs(last_at),
});

async function rangesOf(read: Read, filter: DeadFilter): Promise<string> {
  const names = filter.destination === undefined ? await namesOf(read, 'delivery') : [];
  return toRecords(deadRanges(names, filter));
}

export async function countDead(read: Read, filter: DeadFilter): Promise<readonly DeadCount[]> {
  const sql = filter.cause === undefined ? problemSql.countDead : problemSql.countDeadOfCause;
  return read(sql, [await rangesOf(read, filter)]);
}

/** Of every destination that one of them may be for: which that is never changes. */
export async function locksOfDead(read: Read, which: Redelivery['which']): Promise<readonly bigint[]> {
  if ('ids' in which) return locksOfDeliveries(read, which.ids);
  const { destination } = which.filter;
  return (destination === undefined ? await namesOf(read, 'delivery') : [destination]).map(laneLock);
}

export async function locksOfDeliveries(read: Read, ids: readonly DeliveryId[]): Promise<readonly bigint[]> {
  const rows = await read<{ destination: string }>(problemSql.destinationsOf, [ids]);
  return rows.map(({ destination }) => laneLock(destination));
}

export async function redeliver(tx: Transaction, redelivery: Redelivery): Promise<readonly MovedDelivery[]> {
  const { which, dueAt, everyMs } = redelivery;
  const found = 'ids' in which ? await byIds(tx, which.ids) : await firstOf(tx, which);
  const dead = found.filter(({ status }) => status === 'dead');
  if (dead.length === 0) return [];
  const moves = dead.map(({ seq }, index) => ({
    seq,
    dueAt: addMs(dueAt, Math.round(index * everyMs)).getTime(),
  }));
  await tx.rows(problemSql.redeliver, [toRecords(moves)]);
  alignPersons(tx, dead);
  const tally = new Tally();
  for (const row of dead) leaveDead(row, 'pending', tally);
  writeTally(tx, tally);
  return dead.map(toMoved);
}

export async function cancelDeliveries(
  tx: Transaction,
  ids: readonly DeliveryId[],
  now: Date,
): Promise<readonly MovedDelivery[]> {
  const found = await byIds(tx, ids);
  return cancelOpen(
    tx,
    found.filter(({ status }) => status === 'pending' || status === 'dead'),
    now,
  );
}

export async function cancelFirst(
  tx: Transaction,
  { filter, limit, now }: Cancellation,
): Promise<readonly MovedDelivery[]> {
  const open = filter.status === 'dead' ? await firstOf(tx, { filter, limit }) : await firstPending(tx, filter, limit);
  return cancelOpen(tx, open, now);
}

async function cancelOpen(tx: Transaction, open: readonly MovableRow[], now: Date): Promise<readonly MovedDelivery[]> {
  const tally = new Tally();
  await cancel(
    tx,
    open.map((row) => ({ ...row, now })),
    tally,
  );
  writeTally(tx, tally);
  return open.map(toMoved);
}

/** Deliveries that are pending or dead. */
export async function cancel(
  tx: Transaction,
  rows: readonly (MovableRow & { readonly now: Date })[],
  tally: Tally,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.rows(problemSql.cancel, [toRecords(rows.map(({ seq, now }) => ({ seq, settledAt: now.getTime() })))]);
  const pending = rows.filter(({ status }) => status === 'pending');
  alignPersons(tx, pending);
  for (const { destination, now } of rows)
    tally.happened({ kind: 'delivery', name: destination, what: 'cancelled' }, now.getTime());
  for (const row of rows.filter(({ status }) => status === 'dead')) leaveDead(row, 'cancelled', tally);
  for (const { destination } of pending) {
    tally.deliveries(destination, 'pending', -1);
    tally.deliveries(destination, 'cancelled', 1);
  }
}

function leaveDead({ destination, reason, cause }: MovableRow, to: DeliveryStatus, tally: Tally): void {
  tally.deliveries(destination, 'dead', -1);
  tally.deliveries(destination, to, 1);
  tally.problem({ kind: 'delivery', name: destination, reason, cause, count: -1 });
}

const toMoved = ({ id, destination }: MovableRow): MovedDelivery => ({ id, destination });

/** Each once, in the order in which they were named. */
async function byIds(tx: Transaction, ids: readonly DeliveryId[]): Promise<readonly MovableRow[]> {
  const rows = await tx.rows<MovableRow>(problemSql.movableByIds, [ids]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}

async function firstOf(
  tx: Transaction,
  { filter, limit }: { readonly filter: DeadFilter; readonly limit: number },
): Promise<readonly MovableRow[]> {
  const sql = filter.cause === undefined ? problemSql.dead : problemSql.deadOfCause;
  const ranges = await rangesOf(tx.rows, filter);
  return inOrder(tx, await tx.rows<Place>(sql, [ranges, limit]));
}

async function firstPending(
  tx: Transaction,
  { destination, until }: OpenFilter,
  limit: number,
): Promise<readonly MovableRow[]> {
  const before = until?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return inOrder(tx, await tx.rows<Pick<Place, 'seq'>>(problemSql.pending, [destination, before, limit]));
}

async function inOrder(tx: Transaction, places: readonly Pick<Place, 'seq'>[]): Promise<readonly MovableRow[]> {
  const seqs = places.map(({ seq }) => seq);
  const rows = await tx.rows<MovableRow>(problemSql.movable, [seqs]);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}
