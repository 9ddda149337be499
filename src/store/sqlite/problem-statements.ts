import type { Database } from 'better-sqlite3';
import type { FailureReason } from '../../model/attempt.ts';
import type { EventFailure } from '../../model/event.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { DeadRange, MovableRow } from '../dead-ranges.ts';
import type { Place } from '../pages.ts';

/** Groups that are shown of events and of deliveries. */
const groupsMax = 100;

interface GroupRow<Reason> {
  readonly name: string;
  readonly reason: Reason;
  readonly cause: string;
  readonly count: number;
}

interface ExampleRow<Id> {
  readonly id: Id;
  readonly at: number;
}

const groupsOf = (kind: 'event' | 'delivery'): string =>
  `select name, reason, cause, count from problem where kind = '${kind}' order by count desc limit ${groupsMax}`;
const deadOf = `delivery where status = 'dead' and destination = ? and reason = ? and cause = ?`;
const failedOf = `event where status = 'failed' and source = ? and reason = ? and cause = ?`;
const deadIn = `delivery where status = 'dead' and destination = @destination and reason = @reason
  and settled_at >= @since and settled_at < @until`;
const withCause = 'and cause = @cause';
const firstDead = 'select settled_at as at, seq from';
const inOrder = 'order by settled_at, seq limit @limit';
const movable = 'select seq, id, destination, person, status, reason, cause from delivery';

export function problemStatements(db: Database) {
  return {
    deadGroups: db.prepare<[], GroupRow<FailureReason>>(groupsOf('delivery')),
    failedGroups: db.prepare<[], GroupRow<EventFailure>>(groupsOf('event')),
    firstDead: db.prepare<[string, string, string], number>(`select min(settled_at) from ${deadOf}`).pluck(),
    lastDead: db.prepare<[string, string, string], ExampleRow<DeliveryId>>(
      `select id, settled_at as at from ${deadOf} order by settled_at desc, seq desc limit 1`,
    ),
    firstFailed: db.prepare<[string, string, string], number>(`select min(received_at) from ${failedOf}`).pluck(),
    lastFailed: db.prepare<[string, string, string], ExampleRow<EventId>>(
      `select id, received_at as at from ${failedOf} order by received_at desc, seq desc limit 1`,
    ),

    dead: db.prepare<DeadRange & { readonly limit: number }, Place>(`${firstDead} ${deadIn} ${inOrder}`),
    deadOfCause: db.prepare<DeadRange & { readonly limit: number }, Place>(
      `${firstDead} ${deadIn} ${withCause} ${inOrder}`,
    ),
    countDead: db.prepare<DeadRange, number>(`select count(*) from ${deadIn}`).pluck(),
    countDeadOfCause: db.prepare<DeadRange, number>(`select count(*) from ${deadIn} ${withCause}`).pluck(),

    pending: db
      .prepare<{ readonly destination: string; readonly until: number; readonly limit: number }, number>(`
      select seq from delivery where destination = @destination and status = 'pending' and created_at < @until
      order by created_at, seq limit @limit`)
      .pluck(),

    movable: db.prepare<[number], MovableRow>(`${movable} where seq = ?`),
    movableById: db.prepare<[DeliveryId], MovableRow>(`${movable} where id = ?`),
    redeliver: db.prepare<[number, number]>(`
      update delivery set status = 'pending', due_at = ?, settled_at = null, reason = null, cause = null, failures = 0,
        failing_since = null
      where seq = ?`),
    cancel: db.prepare<[number, number]>(`
      update delivery set status = 'cancelled', settled_at = ?, due_at = null, is_behind = 0, reason = null, cause = null
      where seq = ?`),
  };
}
