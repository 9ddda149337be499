-- A digest of what is never changed in a row (src/store/digest.ts), written with it and compared whenever it is claimed or
-- shown, and by the scrub. Rows that are there already get theirs as they are now.
alter table request add column digest blob constraint digest_is_whole check (length(digest) = 16);
alter table event add column digest blob constraint digest_is_whole check (length(digest) = 16);
alter table event add column runs_digest blob constraint runs_digest_is_whole check (length(runs_digest) = 16);
alter table delivery add column digest blob constraint digest_is_whole check (length(digest) = 16);
alter table attempt add column digest blob constraint digest_is_whole check (length(digest) = 16);

update request set digest = row_digest('request', source, kind, method, url, received_at, headers, body);
update event set
  digest = row_digest('event', id, request_seq, item, source, type, external_id, occurred_at, received_at),
  runs_digest = case when runs is not null then row_digest('runs', runs) end;
update delivery set digest = row_digest('delivery', id, event_id, mapping_file, mapping_version, item, destination,
  outgoing_id, created_at, replay_of, stitch, payload);
update attempt set digest = row_digest('attempt', id, delivery_id, number, started_at, duration_ms, outcome, reason,
  message, retry_after_ms, lane, ambiguous, response_status, response_body);

-- What does change is written twice: integrity_check compares each row with its entries in the indexes. The row's own
-- number comes first, so that an entry stays in its place.
create index event_state on event (seq, status, reason, message, tries, claimed_by, lease_ends_at, settled_at, due_at,
  waits_for, replay_seq);
create index delivery_state on delivery (seq, status, attempts, failures, failing_since, due_at, is_behind, claimed_by,
  lease_ends_at, lease_token, settled_at, reason, person);
create index lane_state on lane (paused_at, circuit, trouble, message, since, probe_at, failures_in_a_row, openings,
  window_started_at, window_requests, window_failures, tokens, tokens_counted_at);
create index replay_state on replay (filter, destinations, includes_delivered, rate, status, created_at, ended_at, due_at,
  walked_at, walked_seq, total, in_line, translated, unmatched, failed, made_new, made_again, left_delivered,
  left_under_way, left_out, joins);
create index stitch_tally_state on stitch_tally (count);
drop index identity_link_latest;
create index identity_link_latest on identity_link (identifier, seen_at desc, source, event_id);
drop index identity_join_of_visitor;
create index identity_join_of_visitor on identity_join (anonymous_id, event_id, joined_at);
