-- The words, states and reasons are those of src/model; a test compares the lists. Times are milliseconds since 1970.
-- Wide columns come last, so that reading the narrow ones does not walk through their pages.

-- Written by recordRequest; read by claimEvents and getEvent.
create table request (
  seq         integer primary key,
  source      text    not null,
  kind        text,
  method      text    not null,
  url         text    not null,
  received_at integer not null,
  headers     text    not null,
  body        blob    not null
) strict;

-- Written by recordRequest, claimEvents and settleTranslations; read by claimEvents, the API and the console.
create table event (
  seq           integer primary key,
  id            text    not null unique,
  request_seq   integer not null references request (seq),
  item          integer,
  source        text    not null,
  type          text    not null,
  external_id   text    not null,
  occurred_at   integer not null,
  received_at   integer not null,
  status        text    not null,
  reason        text,
  message       text,
  tries         integer not null default 0,
  claimed_by    text,
  lease_ends_at integer,
  settled_at    integer,
  runs          text,
  -- The inbound dedupe key, as text: senders' ids mostly grow with time, so that inserts stay together at one end of
  -- the index (a third more requests per second than with a hash, whose inserts land anywhere).
  unique (source, external_id),
  constraint known_status          check (status in ('received', 'translated', 'unmatched', 'failed')),
  constraint known_reason          check (reason in (
    'not_json', 'too_deep', 'not_an_event', 'too_many_events', 'thin_event',
    'mapping_failed', 'too_slow', 'evaluator_died'
  )),
  constraint reason_iff_failed     check ((status = 'failed') = (reason is not null)),
  constraint message_iff_no_result check ((status in ('unmatched', 'failed')) = (message is not null)),
  constraint settled_iff_moved     check ((status = 'received') = (settled_at is null)),
  constraint lease_has_a_holder    check ((claimed_by is null) = (lease_ends_at is null)),
  constraint leased_only_received  check (claimed_by is null or status = 'received'),
  constraint claimed_means_tried   check (claimed_by is null or tries >= 1)
) strict;

-- The line that claimEvents takes from, and the leases that may run out. Both hold only what is unfinished.
create index event_waiting on event (seq) where status = 'received' and claimed_by is null;
create index event_leased on event (lease_ends_at) where status = 'received' and claimed_by is not null;
-- Every page of listEvents is merged from short ranges of these two.
create index event_page on event (source, status, received_at);
create index event_page_of_type on event (source, status, type, received_at);

-- Written by settleTranslations, claimDeliveries and settleDeliveries; read by claimDeliveries, the API and the console.
create table delivery (
  seq             integer primary key,
  id              text    not null unique,
  event_id        text    not null references event (id),
  mapping_file    text    not null,
  mapping_version text    not null,
  item            integer not null,
  destination     text    not null,
  outgoing_id     text    not null,
  attempts        integer not null default 0,
  created_at      integer not null,
  status          text    not null,
  due_at          integer,
  claimed_by      text,
  lease_ends_at   integer,
  settled_at      integer,
  reason          text,
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
  constraint delivered_was_tried   check (status <> 'delivered' or attempts >= 1)
) strict;

create index delivery_of_event on delivery (event_id);
-- The line that claimDeliveries takes from, and the leases that may run out.
create index delivery_due on delivery (destination, due_at) where status = 'pending';
create index delivery_leased on delivery (destination, lease_ends_at) where status = 'in_flight';
-- Every page of listDeliveries is merged from short ranges of these two; the first also finds the oldest unfinished one.
create index delivery_page on delivery (destination, status, created_at);
create index delivery_page_of_reason on delivery (destination, reason, created_at) where status = 'dead';

-- Written by settleDeliveries; read by getEvent, getDelivery and listDeliveries.
create table attempt (
  id              text    primary key,
  delivery_id     text    not null references delivery (id),
  number          integer not null,
  started_at      integer not null,
  duration_ms     integer not null,
  outcome         text    not null,
  reason          text,
  message         text,
  retry_after_ms  integer,
  lane            text,
  response_status integer,
  response_body   text,
  unique (delivery_id, number),
  constraint known_outcome           check (outcome in ('delivered', 'retry', 'fail')),
  constraint known_reason            check (reason in (
    'timeout', 'unreachable', 'throttled', 'server_error', 'rejected', 'unauthorized', 'invalid_payload', 'filtered',
    'redirected', 'attempts_exhausted'
  )),
  constraint known_lane              check (lane in ('credentials', 'gone')),
  constraint numbered_from_one       check (number >= 1),
  constraint reason_iff_unsuccessful check ((outcome = 'delivered') = (reason is null)),
  constraint message_iff_reason      check ((reason is null) = (message is null)),
  constraint retry_after_of_retry    check (retry_after_ms is null or outcome = 'retry'),
  constraint lane_of_fail            check (lane is null or outcome = 'fail'),
  constraint response_is_whole       check ((response_status is null) = (response_body is null))
) strict;

-- Written with every change of a status, in the same transaction; read by stats and by whoever needs all names.
create table tally (
  kind   text    not null,
  name   text    not null,
  status text    not null,
  count  integer not null,
  primary key (kind, name, status),
  constraint known_kind     check (kind in ('event', 'delivery')),
  constraint never_negative check (count >= 0)
) strict, without rowid;

-- Written by ping; read by nobody: its one row is there to be committed.
create table pulse (
  beats integer not null
) strict;
insert into pulse values (0);
