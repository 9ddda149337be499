-- Written by startReplay, continueReplays, settleTranslations and cancelReplay; read by them, getReplay and listReplays.
-- Tells nothing of a person: forget empties what a filter may quote.
create table replay (
  seq                integer primary key,
  id                 text    not null unique,
  -- JSON, as in ReplayFilter; destinations as a JSON list.
  filter             text    not null,
  destinations       text,
  includes_delivered integer not null,
  rate               real    not null,
  status             text    not null,
  created_at         integer not null,
  ended_at           integer,
  -- When the next of its events go back in line; null when all have.
  due_at             integer,
  -- The last event that did.
  walked_at          integer not null,
  walked_seq         integer not null,
  total              integer not null,
  in_line            integer not null default 0,
  translated         integer not null default 0,
  unmatched          integer not null default 0,
  failed             integer not null default 0,
  made_new           integer not null default 0,
  made_again         integer not null default 0,
  left_delivered     integer not null default 0,
  left_under_way     integer not null default 0,
  left_out           integer not null default 0,
  joins              integer not null default 0,
  constraint known_status     check (status in ('running', 'finished', 'cancelled')),
  constraint ended_iff_over   check ((status = 'running') = (ended_at is null)),
  constraint due_only_running check (due_at is null or status = 'running'),
  constraint goes_forward     check (rate > 0),
  constraint never_negative   check (in_line >= 0),
  constraint is_a_flag        check (includes_delivered in (0, 1))
) strict;
create index replay_due on replay (due_at) where due_at is not null;

-- Written with every failure of an event and every death of a delivery, in the same transaction; read by problems.
create table problem (
  kind   text    not null,
  name   text    not null,
  reason text    not null,
  cause  text    not null,
  count  integer not null,
  primary key (kind, name, reason, cause),
  constraint known_kind     check (kind in ('event', 'delivery')),
  constraint never_negative check (count >= 0)
) strict, without rowid;
create index problem_largest on problem (kind, count desc);

-- The message without its particulars: failed events are grouped by it.
alter table event add column cause text
  constraint cause_only_failed check (cause is null or status = 'failed');
-- The replay that put it back in line.
alter table event add column replay_seq integer references replay (seq)
  constraint replayed_only_received check (replay_seq is null or status = 'received');
update event set cause = reason where status = 'failed';

insert into problem select 'event', source, reason, cause, count(*) from event where status = 'failed' group by 2, 3, 4;
insert into problem
  select 'delivery', destination, reason, cause, count(*) from delivery where status = 'dead' group by 2, 3, 4;

-- What replays and redeliveries walk through in their order, and the first and last of each group.
create index event_failed on event (source, reason, received_at) where status = 'failed';
create index event_failed_of_cause on event (source, reason, cause, received_at) where status = 'failed';
create index delivery_dead on delivery (destination, reason, settled_at) where status = 'dead';
create index delivery_dead_of_cause on delivery (destination, reason, cause, settled_at) where status = 'dead';
