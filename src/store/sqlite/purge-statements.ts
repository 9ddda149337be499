import type { Database } from 'better-sqlite3';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { EventId } from '../../model/id.ts';
import type { Retained, RetainedEvent } from '../retention.ts';

interface Line {
  readonly kept: 'dead' | null;
  readonly until: number;
  readonly limit: number;
}

export function purgeStatements(db: Database) {
  return {
    /** By the index event_retention, oldest first. */
    line: db.prepare<Line, RetainedEvent>(`
      select seq, id, request_seq, item, source, status, external_id, reason, message, cause, runs,
        settled_at, kept
      from event
      where settled_at is not null and kept is @kept and coalesce(kept_from, settled_at) <= @until
      order by coalesce(kept_from, settled_at) limit @limit`),
    deliveries: db.prepare<[EventId], { readonly status: DeliveryStatus; readonly settled_at: number | null }>(
      'select status, settled_at from delivery where event_id = ?',
    ),
    /** What is read from the lengths alone. */
    bytes: db
      .prepare<Pick<RetainedEvent, 'id' | 'request_seq'>, number>(`
        select coalesce((select octet_length(body) from request where seq = @request_seq), 0)
          + coalesce((select sum(octet_length(payload)) from delivery where event_id = @id), 0)`)
      .pluck(),
    retain: db.prepare<Retained>('update event set kept = @kept, kept_from = @from where seq = @seq'),
    isRequestUsed: db.prepare<[number], 1>('select 1 from event where request_seq = ? limit 1').pluck(),

    remember: db.prepare<[Uint8Array, number | null]>(`
      insert into gone_event (digest, gone_at) values (?, ?)
      on conflict do update set gone_at = null where excluded.gone_at is null`),
    isGone: db.prepare<[Uint8Array], 1>('select 1 from gone_event where digest = ?').pluck(),
    firstGone: db.prepare<[], Uint8Array | null>('select min(digest) from gone_event').pluck(),
    oldestGone: db
      .prepare<[number, number], Uint8Array>(
        'select digest from gone_event where gone_at <= ? order by gone_at limit ?',
      )
      .pluck(),
    letGo: db.prepare<[Uint8Array]>('delete from gone_event where digest = ?'),
  };
}
