/** What went wrong, in groups, and the dead deliveries that are redelivered or cancelled. Writes run in a transaction. */
import { addMs, dateFromMs } from '../../model/clock.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { DeliveryId } from '../../model/id.ts';
import { type DeadRange, deadRanges, type MovableRow } from '../dead-ranges.ts';
import type {
  Cancellation,
  DeadCount,
  DeadFilter,
  MovedDelivery,
  OpenFilter,
  Problems,
  Redelivery,
} from '../repair.ts';
import type { Tally } from '../tally.ts';
import { alignLine } from './lines.ts';
import type { Statements } from './statements.ts';

export function problems({ problems: sql }: Statements): Problems {
  return {
    deliveries: sql.deadGroups.all().flatMap(({ name, ...group }) => {
      const last = sql.lastDead.get(name, group.reason, group.cause);
      const first = sql.firstDead.get(name, group.reason, group.cause);
      return last === undefined ? [] : [{ destination: name, ...group, ...timesOf(first, last), example: last.id }];
    }),
    events: sql.failedGroups.all().flatMap(({ name, ...group }) => {
      const last = sql.lastFailed.get(name, group.reason, group.cause);
      const first = sql.firstFailed.get(name, group.reason, group.cause);
      return last === undefined ? [] : [{ source: name, ...group, ...timesOf(first, last), example: last.id }];
    }),
  };
}

const timesOf = (first: number | undefined, { at }: { readonly at: number }) => ({
  firstAt: dateFromMs(first ?? at),
  lastAt: dateFromMs(at),
});

const rangesOf = ({ tally }: Statements, filter: DeadFilter): readonly DeadRange[] =>
  deadRanges(tally.names.all('delivery'), filter);

export function countDead(sql: Statements, filter: DeadFilter): readonly DeadCount[] {
  const statement = filter.cause === undefined ? sql.problems.countDead : sql.problems.countDeadOfCause;
  return rangesOf(sql, filter).flatMap((range) => {
    const count = statement.get(range) ?? 0;
    return count === 0 ? [] : [{ destination: range.destination, reason: range.reason, count }];
  });
}

export function redeliver(sql: Statements, redelivery: Redelivery, tally: Tally): readonly MovedDelivery[] {
  const { which, dueAt, everyMs } = redelivery;
  const dead = ('ids' in which ? byIds(sql, which.ids) : firstOf(sql, which)).filter(({ status }) => status === 'dead');
  for (const [index, row] of dead.entries()) {
    sql.problems.redeliver.run(addMs(dueAt, Math.round(index * everyMs)).getTime(), row.seq);
    leaveDead(row, 'pending', tally);
  }
  const lines = new Map(dead.flatMap(({ destination, person }) => lineOf(destination, person)));
  for (const line of lines.values()) alignLine(sql, line);
  return dead.map(({ id, destination }) => ({ id, destination }));
}

export function cancelDeliveries(
  sql: Statements,
  { ids, now }: { readonly ids: readonly DeliveryId[]; readonly now: Date },
  tally: Tally,
): readonly MovedDelivery[] {
  const open = byIds(sql, ids).filter(({ status }) => status === 'pending' || status === 'dead');
  for (const row of open) cancelRow(sql, { row, now }, tally);
  return open.map(({ id, destination }) => ({ id, destination }));
}

export function cancelFirst(
  sql: Statements,
  { filter, limit, now }: Cancellation,
  tally: Tally,
): readonly MovedDelivery[] {
  const open = filter.status === 'dead' ? firstOf(sql, { filter, limit }) : firstPending(sql, filter, limit);
  for (const row of open) cancelRow(sql, { row, now }, tally);
  return open.map(({ id, destination }) => ({ id, destination }));
}

function firstPending(sql: Statements, { destination, until }: OpenFilter, limit: number): readonly MovableRow[] {
  return sql.problems.pending
    .all({ destination, until: until?.getTime() ?? Number.MAX_SAFE_INTEGER, limit })
    .flatMap((seq) => sql.problems.movable.get(seq) ?? []);
}

/** A dead one that is made anew. */
export function cancelDead(
  sql: Statements,
  { id, now }: { readonly id: DeliveryId; readonly now: Date },
  tally: Tally,
): void {
  const row = sql.problems.movableById.get(id);
  if (row?.status === 'dead') cancelRow(sql, { row, now }, tally);
}

function cancelRow(
  sql: Statements,
  { row, now }: { readonly row: MovableRow; readonly now: Date },
  tally: Tally,
): void {
  sql.problems.cancel.run(now.getTime(), row.seq);
  tally.happened({ kind: 'delivery', name: row.destination, what: 'cancelled' }, now.getTime());
  if (row.status === 'dead') return leaveDead(row, 'cancelled', tally);
  tally.deliveries(row.destination, row.status, -1);
  tally.deliveries(row.destination, 'cancelled', 1);
  if (row.person !== null) alignLine(sql, { destination: row.destination, person: row.person });
}

function leaveDead({ destination, reason, cause }: MovableRow, to: DeliveryStatus, tally: Tally): void {
  tally.deliveries(destination, 'dead', -1);
  tally.deliveries(destination, to, 1);
  tally.problem({ kind: 'delivery', name: destination, reason, cause, count: -1 });
}

const byIds = ({ problems: sql }: Statements, ids: readonly DeliveryId[]): readonly MovableRow[] =>
  [...new Set(ids)].flatMap((id) => sql.movableById.get(id) ?? []);

function firstOf(
  sql: Statements,
  { filter, limit }: { readonly filter: DeadFilter; readonly limit: number },
): readonly MovableRow[] {
  const statement = filter.cause === undefined ? sql.problems.dead : sql.problems.deadOfCause;
  const places = rangesOf(sql, filter).flatMap((range) => statement.all({ ...range, limit }));
  const oldest = places.toSorted((a, b) => a.at - b.at || a.seq - b.seq).slice(0, limit);
  return oldest.flatMap(({ seq }) => sql.problems.movable.get(seq) ?? []);
}

/** By a key of its own, so that each line is aligned once. */
const lineOf = (destination: string, person: string | null) =>
  person === null ? [] : [[`${person} ${destination}`, { destination, person }] as const];
