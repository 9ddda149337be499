-- Written by stitch; read by stitch, findPerson and forget. Normalised, so that equal means the same.
create table identifier (
  seq   integer primary key,
  kind  text    not null,
  value text    not null,
  unique (kind, value)
) strict;

-- One row for each direction: the latest event that carried both. Written by stitch; read by stitch and findPerson.
create table identity_link (
  identifier integer not null references identifier (seq),
  linked     integer not null references identifier (seq),
  source     text    not null,
  event_id   text    not null,
  seen_at    integer not null,
  primary key (identifier, linked),
  constraint never_to_itself check (identifier <> linked)
) strict, without rowid;
-- A busy switchboard has a hundred thousand links: whoever asks reads the latest few and no more.
create index identity_link_latest on identity_link (identifier, seen_at desc);

-- Which events carried an identifier. Written by stitch; read by findPerson and forget.
create table event_identifier (
  identifier integer not null references identifier (seq),
  event_id   text    not null references event (id),
  primary key (identifier, event_id)
) strict, without rowid;
create index event_identifier_of_event on event_identifier (event_id);

-- Which destination has been told that a visitor is a user. Written and read by settleTranslations: each is told once.
create table identity_join (
  destination  text    not null,
  user_id      text    not null,
  anonymous_id text    not null,
  event_id     text    not null,
  joined_at    integer not null,
  primary key (destination, user_id, anonymous_id)
) strict, without rowid;

-- Where the ids of translated events came from, by source. Written by settleTranslations; read by stats.
create table stitch_tally (
  source text    not null,
  origin text    not null,
  count  integer not null,
  primary key (source, origin),
  constraint known_origin   check (origin in ('event', 'link', 'stable_id', 'nowhere')),
  constraint never_negative check (count >= 0)
) strict, without rowid;

-- JSON, for people; null where the mapping writes the whole payload itself.
alter table delivery add column stitch text;
