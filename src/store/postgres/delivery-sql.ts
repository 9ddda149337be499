export const deliveryColumns = `seq, id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts, failures,
  failing_since, created_at, status, due_at, is_behind, claimed_by, lease_ends_at, lease_token, settled_at, reason, person,
  replay_of, stitch`;

const receivedAt = '(select received_at from event where event.id = delivery.event_id) as received_at';

export const attemptColumns = `id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms, lane,
  ambiguous, response_status, response_body, digest`;

/** By the index delivery_of_person. */
const onTheWay = (destination: string, person: string): string =>
  `destination = ${destination} and person = ${person} and status in ('pending', 'in_flight')`;

/** By the index delivery_in_front, whatever stands behind. */
const inFront = (destination: string, person: string): string =>
  `destination = ${destination} and person = ${person} and status = 'pending' and is_behind = 0`;

const lines = 'json_to_recordset($1) as line (destination text, person text)';
const firstOfLine = `(select min(seq) from delivery where ${onTheWay('line.destination', 'line.person')})`;

export const deliverySql = {
  // A subquery with a limit is asked for each row alone: without it PostgreSQL may read the whole backlog at once.
  insert: `
    insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, created_at,
      status, due_at, payload, stitch, person, replay_of, digest, is_behind)
    select id, "eventId", "mappingFile", "mappingVersion", item, new.destination, "outgoingId", "createdAt",
      'pending', "createdAt", payload, stitch, new.person, "replayOf",
      decode(digest, 'hex'),
      case when new."isBehind" or (
        select true from delivery where ${onTheWay('new.destination', 'new.person')} limit 1
      ) then 1 else 0 end
    from json_to_recordset($1) as new (place integer, id text, "eventId" text, "mappingFile" text, "mappingVersion" text,
      item integer, destination text, "outgoingId" text, "createdAt" bigint, payload text, stitch text, person text,
      "replayOf" text, digest text, "isBehind" boolean)
    order by place`,

  // "offset 0" keeps PostgreSQL from looking at all lines to join them with these few.
  renamePersons: `
    update delivery set person = found.to_person
    from (
      select own.seq, renamed.person as to_person
      from json_to_recordset($1) as renamed (destination text, formerly text, person text), lateral (
        select seq from delivery where ${onTheWay('renamed.destination', 'renamed.formerly')} offset 0
      ) as own
    ) as found
    where delivery.seq = found.seq
    returning delivery.destination, delivery.person`,
  /** Only the first of a person's line may go; the second statement lets it. */
  putBehind: `
    update delivery set is_behind = 1
    where seq in (
      select later.seq from ${lines}, lateral (
        select seq from delivery where ${inFront('line.destination', 'line.person')} and seq > ${firstOfLine} offset 0
      ) as later
    )`,
  putInFront: `
    update delivery set is_behind = 0
    where is_behind = 1 and seq in (select ${firstOfLine} from ${lines})`,

  /** Ends what leases have run out, and says what was under way until then. */
  endLeases: `
    with ended as (
      update delivery set status = 'pending', due_at = least(lease_ends_at, $2::bigint), claimed_by = null,
        lease_ends_at = null
      where destination = $1 and status = 'in_flight' and lease_ends_at <= $2::bigint and id <> all ($3::text[])
      returning person
    )
    select (select count(*) from ended) as ended, (select array_agg(distinct person) from ended) as persons,
      (select count(*) from delivery where destination = $1 and status = 'in_flight') as before`,
  claim: `
    with due as materialized (
      select seq, due_at from delivery
      where destination = $1 and status = 'pending' and is_behind = 0 and due_at <= $2
      order by due_at, seq limit $3 for update skip locked
    )
    update delivery set status = 'in_flight', due_at = null, claimed_by = $4, lease_ends_at = $5,
      lease_token = lease_token + 1
    from due where delivery.seq = due.seq
    returning due.due_at as was_due_at, delivery.seq, id, attempts, failures, failing_since, lease_token, person, digest`,
  claimed: `select payload, digest, ${deliveryColumns}, ${receivedAt} from delivery where seq = any($1::bigint[])`,
  /** Whose each was that the lease is still held of. */
  move: `
    update delivery set status = move.status, due_at = move."dueAt", settled_at = move."settledAt", reason = move.reason,
      cause = move.cause, attempts = delivery.attempts + move.tried,
      failures = failures + case when move."failedAt" is null then 0 else 1 end,
      failing_since = coalesce(failing_since, move."failedAt"), claimed_by = null, lease_ends_at = null
    from json_to_recordset($1) as move (id text, worker text, token integer, attempts integer, tried integer, status text,
      "dueAt" bigint, "settledAt" bigint, reason text, cause text, "failedAt" bigint)
    where delivery.id = move.id and delivery.status = 'in_flight' and claimed_by = move.worker
      and lease_token = move.token and delivery.attempts = move.attempts
    returning delivery.id, delivery.destination, delivery.person, not exists (
      select from delivery as other
      where other.destination = delivery.destination and other.person = delivery.person
        and other.status in ('pending', 'in_flight') and other.id <> delivery.id
    ) as is_alone`,
  insertAttempts: `
    insert into attempt (id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms,
      lane, ambiguous, response_status, response_body, digest)
    select id, "deliveryId", number, "startedAt", "durationMs", outcome, reason, message, "retryAfterMs",
      lane, ambiguous, "responseStatus", "responseBody", decode(digest, 'hex')
    from json_to_recordset($1) as new (id text, "deliveryId" text, number integer, "startedAt" bigint, "durationMs" bigint,
      outcome text, reason text, message text, "retryAfterMs" bigint, lane text, ambiguous smallint,
      "responseStatus" integer, "responseBody" text, digest text)`,

  next: `
    select (select min(due_at) from delivery where destination = $1 and status = 'pending' and is_behind = 0) as due,
      (select min(lease_ends_at) from delivery where destination = $1 and status = 'in_flight') as leased`,
  lastLeaseEnd: `
    select max(leased.ends_at) as ends_at from unnest($1::text[]) as name, lateral (
      select max(lease_ends_at) as ends_at from delivery where destination = name and status = 'in_flight'
    ) as leased`,
  oldest: `
    select name as destination, min(oldest.created_at) as created_at
    from unnest($1::text[]) as name, unnest(array['pending', 'in_flight']) as state, lateral (
      select min(created_at) as created_at from delivery where destination = name and status = state
    ) as oldest
    where oldest.created_at is not null group by name order by name`,

  byId: `select payload, digest, ${deliveryColumns}, ${receivedAt} from delivery where id = $1`,
  ofEvent: `select payload, digest, ${deliveryColumns}, ${receivedAt} from delivery where event_id = $1 order by seq`,
  payloadsOfEvents: `
    select event_id, destination, mapping_file, outgoing_id, status, payload from delivery where event_id = any($1)
    order by seq`,
  bySeqs: `
    select ${deliveryColumns}, ${receivedAt},
      (select message from attempt where delivery_id = delivery.id and number = delivery.attempts) as last_message
    from delivery where seq = any($1::bigint[])`,
  /** Some of each event, with what their last attempt said. */
  firstOfEvents: `
    select first.* from unnest($1::text[]) as one (event), lateral (
      select ${deliveryColumns}, ${receivedAt},
        (select message from attempt where delivery_id = delivery.id and number = delivery.attempts) as last_message
      from delivery where event_id = one.event order by seq limit 20) as first
    order by first.seq`,
  attempts: `select ${attemptColumns} from attempt where delivery_id = any($1) order by delivery_id, number`,
};
