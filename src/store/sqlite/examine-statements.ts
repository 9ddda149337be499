import type { Database, Statement } from 'better-sqlite3';
import type { DigestedAttempt, DigestedDelivery, DigestedEvent, DigestedRequest } from '../contents.ts';

/** Some rows of a table, from a place on. */
export type Piece<Row> = Statement<{ readonly after: number; readonly limit: number }, Row>;

interface CountRow {
  readonly name: string;
  readonly status: string;
  readonly counted: number;
  readonly there: number;
}

const part = (table: string, place = 'seq'): string =>
  `where ${table}.${place} > @after order by ${table}.${place} limit @limit`;

/** What is counted in `tally` beside what is there; names that are in one of them only count nothing in the other. */
const counts = (kind: 'event' | 'delivery', name: string): string => `
  select name, status, sum(counted) as counted, sum(there) as there from (
    select name, status, count as counted, 0 as there from tally where kind = '${kind}'
    union all
    select ${name}, status, 0, count(*) from ${kind} group by ${name}, status)
  group by name, status`;

/** These read everything there is: they belong to `examine` alone. */
export function examineStatements(db: Database) {
  return {
    requests: db.prepare(`
      select *, exists (select 1 from event where request_seq = request.seq) as events from request ${part('request')}`) as Piece<
      DigestedRequest & { readonly seq: number; readonly events: 0 | 1 }
    >,
    events: db.prepare(`
      select *, exists (select 1 from request where request.seq = event.request_seq) as has_request
      from event ${part('event')}`) as Piece<DigestedEvent & { readonly has_request: 0 | 1 }>,
    deliveries: db.prepare(`
      select *, exists (select 1 from event where event.id = delivery.event_id) as has_event,
        (select count(*) from attempt where attempt.delivery_id = delivery.id) as made,
        (select count(*) from delivery as twin
          where twin.event_id = delivery.event_id and twin.destination = delivery.destination
            and twin.outgoing_id = delivery.outgoing_id and twin.replay_of is null and delivery.replay_of is null
            and twin.seq < delivery.seq) as twins
      from delivery ${part('delivery')}`) as Piece<
      DigestedDelivery & { readonly has_event: 0 | 1; readonly made: number; readonly twins: number }
    >,
    attempts: db.prepare(`
      select *, rowid as seq, exists (select 1 from delivery where delivery.id = attempt.delivery_id) as has_delivery
      from attempt ${part('attempt', 'rowid')}`) as Piece<
      DigestedAttempt & { readonly seq: number; readonly has_delivery: 0 | 1 }
    >,
    problemCounts: db.prepare<[], CountRow>(`
      select name, reason || ': ' || cause as status, sum(counted) as counted, sum(there) as there from (
        select kind, name, reason, cause, count as counted, 0 as there from problem
        union all
        select 'event', source, reason, cause, 0, count(*) from event where status = 'failed' group by 2, 3, 4
        union all
        select 'delivery', destination, reason, cause, 0, count(*) from delivery where status = 'dead' group by 2, 3, 4)
      group by kind, name, reason, cause`),
    eventCounts: db.prepare<[], CountRow>(counts('event', 'source')),
    deliveryCounts: db.prepare<[], CountRow>(counts('delivery', 'destination')),
  };
}
