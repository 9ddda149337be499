-- How often what happened in a minute, and in an hour where minutes are not kept any more. Written with what it counts, in the
-- same transaction, by everything that moves an event or a delivery, and by recordRefusals; moved on by purge; read by series.
-- Several rows for each, as in tally.
create table series (
  step      text collate "C" not null,
  starts_at bigint   not null,
  kind      text collate "C" not null,
  name      text collate "C" not null,
  what      text collate "C" not null,
  shard     smallint not null,
  count     bigint   not null,
  primary key (step, starts_at, kind, name, what, shard),
  constraint known_step     check (step in ('minute', 'hour')),
  constraint known_kind     check (kind in ('event', 'refusal', 'stitching', 'delivery', 'latency')),
  constraint counts_upwards check (count > 0)
) with (fillfactor = 50);
