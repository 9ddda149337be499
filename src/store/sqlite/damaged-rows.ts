/** What becomes of rows that are not what was written: they end where people see them, and hold up nobody. */
import type { FailureReason } from '../../model/attempt.ts';
import type { EventFailure } from '../../model/event.ts';
import { newId } from '../../model/id.ts';
import type { Tally } from '../tally.ts';
import { addAttempt } from './attempts.ts';
import type { DigestedDelivery, DigestedEvent } from './contents.ts';
import { type Damages, notAsWritten } from './damages.ts';
import { keepOrder } from './lines.ts';
import type { Statements } from './statements.ts';

interface DamagedDelivery {
  readonly row: DigestedDelivery;
  /** That of the claim: the row's may be the damage. */
  readonly destination: string;
  readonly now: Date;
  readonly damages: Damages;
}

/** Dead without having been sent, with an attempt that says why. */
export function buryDelivery(sql: Statements, { row, destination, now, damages }: DamagedDelivery, tally: Tally): void {
  damages.report({ place: `delivery ${row.id}`, what: notAsWritten });
  const reason: FailureReason = 'invalid_payload';
  const cause = 'the stored delivery is damaged';
  const message = `${cause}: it was not sent; restore a backup, or replay its event`;
  const isBuried = damages.apart(() => {
    sql.deliveries.bury.run({ seq: row.seq, now: now.getTime(), reason, cause });
    addAttempt(sql, {
      id: newId('att', now),
      deliveryId: row.id,
      number: row.attempts + 1,
      startedAt: now.getTime(),
      durationMs: 0,
      outcome: 'fail',
      reason,
      message,
      retryAfterMs: null,
      lane: null,
      ambiguous: 0,
      responseStatus: null,
      responseBody: null,
    });
  });
  if (!isBuried) {
    damages.setAside('delivery', row);
    return;
  }
  tally.deliveries(destination, 'pending', -1);
  tally.deliveries(destination, 'dead', 1);
  tally.problem({ kind: 'delivery', name: destination, reason, cause, count: 1 });
  if (row.person !== null) keepOrder(sql, { destination, person: row.person, damages });
}

interface DamagedEvent {
  readonly row: DigestedEvent;
  readonly now: Date;
  readonly damages: Damages;
}

/** Failed without having been translated. */
export function failEvent(sql: Statements, { row, now, damages }: DamagedEvent, tally: Tally): void {
  damages.report({ place: `event ${row.id}`, what: `${notAsWritten}, in the event or its request` });
  const reason: EventFailure = 'not_an_event';
  const message = 'what is stored of it is damaged: it was not translated; restore a backup';
  const cause = 'what is stored is damaged';
  const fail = { seq: row.seq, now: now.getTime(), reason, message, cause };
  const isFailed = damages.apart(() => {
    sql.replays.leave.run(row.id);
    sql.events.fail.run(fail);
  });
  if (!isFailed) {
    damages.setAside('event', row);
    return;
  }
  // The source may be the damage: nothing is counted of one that never was.
  if (!sql.tally.names.all('event').includes(row.source)) return;
  tally.events(row.source, 'received', -1);
  tally.events(row.source, 'failed', 1);
  tally.problem({ kind: 'event', name: row.source, reason, cause, count: 1 });
}
