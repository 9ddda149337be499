-- How often what happened in a minute, and in an hour where minutes are not kept any more. Written with what it counts, in the
-- same transaction, by everything that moves an event or a delivery, and by recordRefusals; moved on by purge; read by series.
create table series (
  step      text    not null,
  starts_at integer not null,
  kind      text    not null,
  name      text    not null,
  what      text    not null,
  count     integer not null,
  primary key (step, starts_at, kind, name, what),
  constraint known_step     check (step in ('minute', 'hour')),
  constraint known_kind     check (kind in ('event', 'refusal', 'stitching', 'delivery', 'latency')),
  constraint counts_upwards check (count > 0)
) strict, without rowid;
-- Written twice, as everything that nobody else compares; in the same order, so that what is written now stays together.
create index series_state on series (step, starts_at, kind, name, what, count);
