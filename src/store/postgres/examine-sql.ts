import { attemptColumns, deliveryColumns } from './delivery-sql.ts';
import { eventColumns } from './events.ts';

interface Piece {
  readonly table: string;
  readonly columns: string;
  /** What of a row may be large. */
  readonly bytes: string;
  /** What must be true of it and others, at the same moment. */
  readonly checks: string;
}

/** Some rows behind a place, as many as about so many bytes hold. */
const piece = ({ table, columns, bytes, checks }: Piece): string => `
  select ${columns}, ${checks}
  from (
    select *, sum(${bytes}) over (order by seq rows between unbounded preceding and 1 preceding) as bytes_before
    from (select * from ${table} where seq > $1 order by seq limit $2) as page
  ) as ${table}
  where bytes_before is null or bytes_before < $3
  order by seq`;

export const examineSql = {
  request: piece({
    table: 'request',
    columns: 'seq, source, kind, method, url, received_at, headers, body, digest',
    bytes: 'octet_length(body)',
    checks: '(select true from event where request_seq = request.seq limit 1) as has_event',
  }),
  event: piece({
    table: 'event',
    columns: eventColumns,
    bytes: 'coalesce(octet_length(runs), 0)',
    checks: '(select true from request where request.seq = event.request_seq) as has_request',
  }),
  delivery: piece({
    table: 'delivery',
    columns: `${deliveryColumns}, payload, digest`,
    bytes: 'octet_length(payload)',
    checks: `(select true from event where event.id = delivery.event_id) as has_event,
      (select count(*) from attempt where attempt.delivery_id = delivery.id) as made,
      (select count(*) from delivery as twin
        where twin.event_id = delivery.event_id and twin.destination = delivery.destination
          and twin.outgoing_id = delivery.outgoing_id and twin.replay_of is null and delivery.replay_of is null
          and twin.seq < delivery.seq) as twins`,
  }),
  attempt: piece({
    table: 'attempt',
    columns: `seq, ${attemptColumns}`,
    bytes: 'coalesce(octet_length(response_body), 0)',
    checks: '(select true from delivery where delivery.id = attempt.delivery_id) as has_delivery',
  }),
};

/** The same rows by their numbers alone. */
export const examinePlaceSql = {
  request: 'select seq from request where seq > $1 order by seq limit $2',
  event: 'select seq from event where seq > $1 order by seq limit $2',
  delivery: 'select seq from delivery where seq > $1 order by seq limit $2',
  attempt: 'select seq from attempt where seq > $1 order by seq limit $2',
};

/** What is counted beside what is there; names that are in one of them only count nothing in the other. */
const counts = (kind: 'event' | 'delivery', name: string): string => `
  select name, status, sum(counted)::bigint as counted, sum(there)::bigint as there from (
    select name, status, count as counted, 0 as there from tally where kind = '${kind}'
    union all
    select ${name}, status, 0, count(*) from ${kind} group by ${name}, status
  ) as both_of_it
  group by name, status having sum(counted) <> sum(there)`;

/** These read everything there is. */
export const countSql = {
  events: counts('event', 'source'),
  deliveries: counts('delivery', 'destination'),
  problems: `
    select name, reason || ': ' || cause as status, sum(counted)::bigint as counted, sum(there)::bigint as there from (
      select kind, name, reason, cause, count as counted, 0 as there from problem
      union all
      select 'event', source, reason, cause, 0, count(*) from event where status = 'failed' group by 2, 3, 4
      union all
      select 'delivery', destination, reason, cause, 0, count(*) from delivery where status = 'dead' group by 2, 3, 4
    ) as both_of_it
    group by kind, name, reason, cause having sum(counted) <> sum(there)`,
};
