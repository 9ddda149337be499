-- An event that waits for something outside: not claimable before `due_at`, whoever else stands in line.
-- Both are written by settleTranslations and cleared by claimEvents; read by claimEvents, nextDueAt and the API.
alter table event add column due_at integer
  constraint due_only_received check (due_at is null or (status = 'received' and claimed_by is null));
alter table event add column waits_for text
  constraint known_wait check (waits_for in ('lookup', 'identity'))
  constraint due_iff_waits check ((due_at is null) = (waits_for is null));

-- Those that wait are not in the line that claimEvents takes from; both indexes hold only what is unfinished.
drop index event_waiting;
create index event_waiting on event (seq) where status = 'received' and claimed_by is null and due_at is null;
create index event_delayed on event (due_at) where due_at is not null;
