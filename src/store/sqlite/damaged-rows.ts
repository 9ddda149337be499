/** What becomes of rows that are not what was written: they end where people see them, and hold up nobody. */
import type { DigestedDelivery, DigestedEvent } from '../contents.ts';
import { damagedAttempt, damagedDelivery, damagedEvent } from '../damaged.ts';
import { notAsWritten } from '../found-damages.ts';
import type { Tally } from '../tally.ts';
import { addAttempt } from './attempts.ts';
import type { Damages } from './damages.ts';
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
  const { reason, cause } = damagedDelivery;
  const isBuried = damages.apart(() => {
    sql.deliveries.bury.run({ seq: row.seq, now: now.getTime(), reason, cause });
    addAttempt(sql, damagedAttempt(row, now));
  });
  if (!isBuried) {
    damages.setAside('delivery', row);
    return;
  }
  tally.deliveries(destination, 'pending', -1);
  tally.deliveries(destination, 'dead', 1);
  tally.happened({ kind: 'delivery', name: destination, what: 'dead' }, now.getTime());
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
  const { reason, cause } = damagedEvent;
  const fail = { seq: row.seq, now: now.getTime(), ...damagedEvent };
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
  tally.happened({ kind: 'event', name: row.source, what: 'failed' }, now.getTime());
  tally.problem({ kind: 'event', name: row.source, reason, cause, count: 1 });
}
