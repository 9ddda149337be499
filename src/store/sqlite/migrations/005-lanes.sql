-- Written by claimDeliveries, settleDeliveries and changeLane; read by them and by lanes.
create table lane (
  destination       text    primary key,
  paused_at         integer,
  circuit           text    not null,
  trouble           text,
  message           text,
  since             integer,
  -- Of an open circuit when it is probed; of a half-open one when the probe has taken too long.
  probe_at          integer,
  failures_in_a_row integer not null,
  openings          integer not null,
  window_started_at integer not null,
  window_requests   integer not null,
  window_failures   integer not null,
  tokens            real,
  tokens_counted_at integer,
  constraint known_circuit      check (circuit in ('closed', 'open', 'half_open')),
  constraint known_trouble      check (trouble in ('failing', 'throttled', 'credentials', 'gone')),
  constraint trouble_iff_open   check ((circuit = 'closed') = (trouble is null)),
  constraint message_iff_open   check ((circuit = 'closed') = (message is null)),
  constraint since_iff_open     check ((circuit = 'closed') = (since is null)),
  constraint probe_iff_open     check ((circuit = 'closed') = (probe_at is null)),
  constraint tokens_are_counted check ((tokens is null) = (tokens_counted_at is null)),
  constraint never_negative     check (
    failures_in_a_row >= 0 and openings >= 0 and window_requests >= 0 and window_failures between 0 and window_requests
  )
) strict, without rowid;

-- The tables of deliveries and attempts once more, because what they refuse has changed.
create table delivery_in_lanes (
  seq             integer primary key,
  id              text    not null unique,
  event_id        text    not null references event (id),
  mapping_file    text    not null,
  mapping_version text    not null,
  item            integer not null,
  destination     text    not null,
  outgoing_id     text    not null,
  attempts        integer not null default 0,
  -- Attempts that count against the limits of `retry`, and when the first of them failed.
  failures        integer not null default 0,
  failing_since   integer,
  created_at      integer not null,
  status          text    not null,
  due_at          integer,
  -- Something earlier of the same person is not settled: not in the line that claimDeliveries takes from.
  is_behind       integer not null default 0,
  claimed_by      text,
  lease_ends_at   integer,
  -- Grows with every claim.
  lease_token     integer not null default 0,
  settled_at      integer,
  reason          text,
  -- The message of the last attempt without its particulars: dead deliveries are grouped by it.
  cause           text,
  person          text,
  replay_of       text,
  stitch          text,
  payload         text    not null,
  constraint known_status          check (status in ('pending', 'in_flight', 'delivered', 'dead', 'cancelled')),
  constraint known_reason          check (reason in (
    'timeout', 'unreachable', 'throttled', 'server_error', 'rejected', 'unauthorized', 'invalid_payload', 'filtered',
    'redirected', 'attempts_exhausted'
  )),
  constraint due_iff_pending       check ((status = 'pending') = (due_at is not null)),
  constraint leased_iff_in_flight  check ((status = 'in_flight') = (lease_ends_at is not null)),
  constraint claimed_iff_in_flight check ((status = 'in_flight') = (claimed_by is not null)),
  constraint settled_iff_terminal  check ((status in ('delivered', 'dead', 'cancelled')) = (settled_at is not null)),
  constraint reason_iff_dead       check ((status = 'dead') = (reason is not null)),
  constraint cause_iff_dead        check ((status = 'dead') = (cause is not null)),
  constraint delivered_was_tried   check (status <> 'delivered' or attempts >= 1),
  constraint behind_only_pending   check (is_behind in (0, 1) and (is_behind = 0 or (status = 'pending' and person is not null))),
  constraint failures_are_attempts check (failures between 0 and attempts),
  constraint failing_iff_failed    check ((failures = 0) = (failing_since is null))
) strict;
insert into delivery_in_lanes (seq, id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts,
    failures, failing_since, created_at, status, due_at, claimed_by, lease_ends_at, settled_at, reason, cause, stitch, payload)
  select seq, id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts,
    attempts, case when attempts > 0 then created_at end, created_at, status, due_at, claimed_by, lease_ends_at, settled_at,
    reason, case when status = 'dead' then reason end, stitch, payload
  from delivery;

create table attempt_in_lanes (
  id              text    primary key,
  delivery_id     text    not null references delivery_in_lanes (id),
  number          integer not null,
  started_at      integer not null,
  duration_ms     integer not null,
  outcome         text    not null,
  reason          text,
  message         text,
  retry_after_ms  integer,
  lane            text,
  ambiguous       integer not null default 0,
  response_status integer,
  response_body   text,
  unique (delivery_id, number),
  constraint known_outcome           check (outcome in ('delivered', 'retry', 'fail')),
  constraint known_reason            check (reason in (
    'timeout', 'unreachable', 'throttled', 'server_error', 'rejected', 'unauthorized', 'invalid_payload', 'filtered',
    'redirected', 'attempts_exhausted'
  )),
  constraint known_lane              check (lane in ('throttled', 'credentials', 'gone')),
  constraint numbered_from_one       check (number >= 1),
  constraint reason_iff_unsuccessful check ((outcome = 'delivered') = (reason is null)),
  constraint message_iff_reason      check ((reason is null) = (message is null)),
  constraint retry_after_of_retry    check (retry_after_ms is null or outcome = 'retry'),
  constraint lane_of_retry           check (lane is null or outcome = 'retry'),
  constraint ambiguous_of_retry      check (ambiguous in (0, 1) and (ambiguous = 0 or outcome = 'retry')),
  constraint response_is_whole       check ((response_status is null) = (response_body is null))
) strict;
insert into attempt_in_lanes (id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms,
    response_status, response_body)
  select id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms,
    response_status, response_body
  from attempt;

drop table attempt;
drop table delivery;
alter table delivery_in_lanes rename to delivery;
alter table attempt_in_lanes rename to attempt;

create index delivery_of_event on delivery (event_id);
-- The line that claimDeliveries takes from, and the leases that may run out.
create index delivery_due on delivery (destination, due_at) where status = 'pending' and is_behind = 0;
create index delivery_leased on delivery (destination, lease_ends_at) where status = 'in_flight';
-- What is still on its way to a destination for one person, in its order.
create index delivery_of_person on delivery (destination, person, seq)
  where status in ('pending', 'in_flight') and person is not null;
-- Every page of listDeliveries is merged from short ranges of these two; the first also finds the oldest unfinished one.
create index delivery_page on delivery (destination, status, created_at);
create index delivery_page_of_reason on delivery (destination, reason, created_at) where status = 'dead';
