/** An event with all that came of it, taken out of the store. Runs inside a transaction. */
import type { KeptEvent } from '../erasing.ts';
import type { Tally } from '../tally.ts';
import type { Statements } from './statements.ts';

export interface Removed {
  readonly deliveries: number;
  readonly attempts: number;
}

/** A worker that holds a lease on any of it settles nothing any more: what it would move is gone. */
export function removeEvent(sql: Statements, event: KeptEvent, tally: Tally): Removed {
  const { id, source, status, reason, cause } = event;
  const { erasures } = sql;
  const deliveries = erasures.deliveries.all(id);
  const attempts = deliveries.map((delivery) => erasures.deleteAttempts.run(delivery.id).changes);
  erasures.deleteDeliveries.run(id);
  for (const delivery of deliveries) {
    const { destination, person, status: was } = delivery;
    // Somebody else's may have stood behind it.
    if (person !== null) sql.lines.putInFront.run({ destination, person });
    tally.deliveries(destination, was, -1);
    tally.problem({ kind: 'delivery', name: destination, ...delivery, count: -1 });
  }
  erasures.deleteMarks.run(id);
  sql.replays.leave.run(id);
  erasures.deleteEvent.run(id);
  tally.events(source, status, -1);
  tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
  return { deliveries: deliveries.length, attempts: attempts.reduce((all, count) => all + count, 0) };
}
