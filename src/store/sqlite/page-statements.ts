import type { Database } from 'better-sqlite3';
import type { DeliveryRange, EventRange, Place } from '../pages.ts';

const eventsIn = `select received_at as at, seq from event
  where (received_at, seq) < (@beforeAt, @beforeSeq) and received_at >= @since
    and source = @source and status = @status`;
const newestEvents = 'order by received_at desc, seq desc limit @limit';

const deliveriesIn = `select created_at as at, seq from delivery
  where (created_at, seq) < (@beforeAt, @beforeSeq) and created_at >= @since and destination = @destination`;
const newestDeliveries = 'order by created_at desc, seq desc limit @limit';

/** Each reads one short range of one index, so that it costs the same however much is stored. */
export function pageStatements(db: Database) {
  return {
    events: db.prepare<EventRange, Place>(`${eventsIn} ${newestEvents}`),
    eventsOfType: db.prepare<EventRange, Place>(`${eventsIn} and type = @type ${newestEvents}`),
    deliveries: db.prepare<DeliveryRange, Place>(`${deliveriesIn} and status = @status ${newestDeliveries}`),
    deadOfReason: db.prepare<DeliveryRange, Place>(
      `${deliveriesIn} and status = 'dead' and reason = @reason ${newestDeliveries}`,
    ),
  };
}
