import type { Database } from 'better-sqlite3';
import type { EventId, WorkerId } from '../../model/id.ts';
import type { EventMove, NewEvent, NewRequest } from '../event-moves.ts';
import type { EventRow, RequestRow } from '../rows.ts';

const columns = `seq, id, request_seq, item, source, type, external_id, occurred_at, received_at, status, reason, message,
  cause, tries, runs, due_at, waits_for`;

export function eventStatements(db: Database) {
  return {
    isKnown: db.prepare<[string, string], 1>('select 1 from event where source = ? and external_id = ?').pluck(),
    insertRequest: db.prepare<NewRequest>(`
      insert into request (source, kind, method, url, received_at, headers, body)
      values (@source, @kind, @method, @url, @receivedAt, @headers, @body)`),
    insert: db.prepare<NewEvent>(`
      insert into event (id, request_seq, item, source, type, external_id, occurred_at, received_at,
        status, reason, message, cause, settled_at)
      values (@id, @requestSeq, @item, @source, @type, @externalId, @occurredAt, @receivedAt,
        @status, @reason, @message, @cause, @settledAt)`),

    endLeases: db.prepare<[number]>(`
      update event set claimed_by = null, lease_ends_at = null
      where status = 'received' and claimed_by is not null and lease_ends_at <= ?`),
    endDelays: db.prepare<[number]>('update event set due_at = null, waits_for = null where due_at <= ?'),
    waiting: db.prepare<[number], EventRow>(`
      select ${columns} from event where status = 'received' and claimed_by is null and due_at is null
      order by seq limit ?`),
    claim: db.prepare<[WorkerId, number, number]>(
      'update event set claimed_by = ?, lease_ends_at = ?, tries = tries + 1 where seq = ?',
    ),
    move: db.prepare<EventMove>(`
      update event set status = @status, reason = @reason, message = @message, cause = @cause, settled_at = @settledAt,
        runs = @runs, due_at = @dueAt, waits_for = @waitsFor, replay_seq = iif(@status = 'received', replay_seq, null),
        tries = tries - 1 + @spent, claimed_by = null, lease_ends_at = null
      where id = @id and status = 'received' and claimed_by = @worker and tries = @tries`),

    oldestWaiting: db
      .prepare<[], number>(`
        select received_at from event where status = 'received' and claimed_by is null and due_at is null
        order by seq limit 1`)
      .pluck(),
    firstDelayEnd: db.prepare<[], number | null>('select min(due_at) from event where due_at is not null').pluck(),
    firstLeaseEnd: db
      .prepare<[], number | null>(
        "select min(lease_ends_at) from event where status = 'received' and claimed_by is not null",
      )
      .pluck(),

    exists: db.prepare<[EventId], 1>('select 1 from event where id = ?').pluck(),
    byId: db.prepare<[EventId], EventRow>(`select ${columns} from event where id = ?`),
    bySeq: db.prepare<[number], EventRow>(`select ${columns} from event where seq = ?`),
    request: db.prepare<[number], RequestRow>('select kind, method, url, headers, body from request where seq = ?'),
  };
}
