import { attemptColumns } from './delivery-sql.ts';

const requestColumns = 'seq, source, kind, method, url, received_at, headers, body, digest';
const eventColumns = 'seq, id, request_seq, item, source, status, external_id, reason, message, cause, runs';

export const erasureSql = {
  /** Requests in the order of their numbers, as many as about so many bytes hold. */
  requestsAfter: `
    select * from (
      select ${requestColumns}, sum(octet_length(body)) over (order by seq rows between unbounded preceding and 1 preceding)
        as bytes_before
      from (
        select ${requestColumns} from request where seq > $1 and seq <= $2 order by seq limit $3
      ) as page
    ) as counted
    where bytes_before is null or bytes_before < $4
    order by seq`,
  requests: `select ${requestColumns} from request where seq = any($1::bigint[]) order by seq for update`,
  lastRequest: 'select coalesce(max(seq), 0) as seq from request',
  /** Waits for whoever is inserting, and lets nobody begin to until the transaction ends. */
  holdRequests: 'lock table request in share mode',
  eventsOfRequests: `select ${eventColumns} from event where request_seq = any($1::bigint[]) order by seq`,
  events: `select ${eventColumns} from event where id = any($1) order by seq for update`,
  deliveries: `
    select id, event_id, destination, person, status, reason, cause, payload from delivery where event_id = any($1) order by seq`,
  /** The same without what may be long. */
  removed: `
    select id, destination, person, status, reason, cause from delivery where event_id = any($1) order by seq`,
  attempts: `
    select seq as place, delivery_id, started_at, message, response_body from attempt
    where delivery_id = any($1) order by seq`,

  deleteAttempts: 'delete from attempt where delivery_id = any($1) returning delivery_id',
  deleteDeliveries: 'delete from delivery where event_id = any($1)',
  deleteMarks: 'delete from event_identifier where event_id = any($1)',
  deleteEvents: 'delete from event where id = any($1)',
  deleteRequests: 'delete from request where seq = any($1::bigint[])',
  emptyRequest: 'update request set url = $2, headers = $3, body = $4, digest = $5 where seq = $1',
  fullAttempts: `select seq, ${attemptColumns} from attempt where seq = any($1::bigint[]) order by seq`,
  emptyAttempts: `
    update attempt set message = emptied.message, response_body = emptied."responseBody",
      digest = decode(emptied.digest, 'hex')
    from json_to_recordset($1) as emptied (seq bigint, message text, "responseBody" text, digest text)
    where attempt.seq = emptied.seq`,
  deadOfAttempts: `
    select seq, destination, reason, cause from delivery
    where id = any(array(select delivery_id from attempt where attempt.seq = any($1::bigint[]))) and status = 'dead'`,
  emptyCauses: "update delivery set cause = 'erased' where seq = any($1::bigint[])",
  siblings: `
    select seq as place from attempt where seq between $1 and $2 and started_at = $3 and response_body = $4`,
  rememberGone: `
    insert into gone_event (digest, gone_at)
    select decode(digest, 'hex'), $2::bigint from unnest($1::text[]) as digest order by digest
    on conflict (digest) do update set gone_at = null where excluded.gone_at is null`,

  eventsOf: 'select distinct event_id from event_identifier where identifier = any($1::bigint[])',
  /** Sources that sent an identifier, from the first events that carried it. */
  sourcesOf: `
    select asked.kind, asked.value, sources.source
    from unnest($1::text[], $2::text[]) as asked (kind, value)
    join identifier on identifier.kind = asked.kind and identifier.value = asked.value
    cross join lateral (
      select distinct event.source from (
        select event_id from event_identifier where event_identifier.identifier = identifier.seq limit 1000
      ) as carried join event on event.id = carried.event_id
    ) as sources`,
  unlink: `
    with own as materialized (
      select linked from identity_link where identifier = $1
    ), back as (
      delete from identity_link where linked = $1 and identifier = any(array(select linked from own)) returning 1
    )
    delete from identity_link where identifier = $1`,
  deleteIdentifier: 'delete from identifier where seq = $1',
  unjoinUser: 'delete from identity_join where left(user_id, 100) = left($1, 100) and user_id = $1',
  unjoinVisitor: 'delete from identity_join where left(anonymous_id, 100) = left($1, 100) and anonymous_id = $1',
};

/** Everything that is kept of anybody as text, table by table, a piece at a time behind a place. */
export const scanSql = {
  request: 'select seq as place, url, headers, body from request where seq > $1 order by seq limit 100',
  event:
    'select seq as place, external_id, type, message, cause, runs from event where seq > $1 order by seq limit 500',
  delivery: 'select seq as place, outgoing_id, cause, payload from delivery where seq > $1 order by seq limit 200',
  attempt: 'select seq as place, message, response_body from attempt where seq > $1 order by seq limit 500',
  identifier: 'select seq as place, value from identifier where seq > $1 order by seq limit 2000',
  identity_join: `
    select digest as place, user_id, anonymous_id from identity_join where digest > $1 order by digest limit 2000`,
  replay: 'select seq as place, filter from replay where seq > $1 order by seq limit 100',
  lane: 'select destination as place, message from lane where destination > $1 order by destination limit 100',
};
