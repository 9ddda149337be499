-- When a replay put it back in line: what it waits for it waits for since then. Null for what was never replayed, which is
-- in line since it was received. Written by continueReplays, read by claimEvents.
alter table event add column in_line_since integer
  constraint in_line_only_received check (in_line_since is null or status = 'received');
update event set in_line_since = (select created_at from replay where replay.seq = replay_seq) where replay_seq is not null;
-- Written twice, as everything that changes.
create index event_in_line_since on event (in_line_since) where in_line_since is not null;
