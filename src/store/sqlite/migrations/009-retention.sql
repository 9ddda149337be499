-- Written by purge, and read by it: `kept` says which retention an event has been found to have, where it is not that of
-- delivered ones, and `kept_from` since when it counts, where that is not since the event was settled.
alter table event add column kept text constraint known_kept check (kept in ('dead'));
alter table event add column kept_from integer;
-- The line that purge takes from: each event is looked at when its retention may have ended, and not before.
create index event_retention on event (kept, coalesce(kept_from, settled_at)) where settled_at is not null;

-- One-way names of events that are not here any more, so that a sender's retry does not bring them back. Written by
-- forget, for good, and by purge, for a time; read by recordRequest.
create table gone_event (
  digest  blob primary key, -- SHA-256 of the dedupe key
  gone_at integer           -- null for those that were erased with their person
) strict, without rowid;
create index gone_event_age on gone_event (gone_at) where gone_at is not null;
insert into gone_event select digest, null from erased_event;
drop table erased_event;
