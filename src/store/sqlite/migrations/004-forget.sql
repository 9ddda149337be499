-- One-way names of events that were erased with their person, so that a sender's retry does not bring them back.
-- Written by forget; read by recordRequest.
create table erased_event (
  digest blob primary key -- SHA-256 of the dedupe key
) strict, without rowid;

-- A request is erased with its last event; without the index each would look through all events.
create index event_of_request on event (request_seq);
create index identity_join_of_visitor on identity_join (anonymous_id);

-- The same table without the reference of `linked`: both directions are always written, so that of `identifier` says as
-- much, and SQLite would look through all links for each identifier that is erased.
create table identity_link_kept (
  identifier integer not null references identifier (seq),
  linked     integer not null,
  source     text    not null,
  event_id   text    not null,
  seen_at    integer not null,
  primary key (identifier, linked),
  constraint never_to_itself check (identifier <> linked)
) strict, without rowid;
insert into identity_link_kept select identifier, linked, source, event_id, seen_at from identity_link;
drop table identity_link;
alter table identity_link_kept rename to identity_link;
create index identity_link_latest on identity_link (identifier, seen_at desc);
