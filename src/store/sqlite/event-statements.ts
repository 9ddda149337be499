import type { Database } from 'better-sqlite3';
import type { EventFailure } from '../../model/event.ts';
import type { EventId, WorkerId } from '../../model/id.ts';
import type { DigestedEvent, DigestedRequest } from '../contents.ts';
import type { EventMove, NewEvent, NewRequest } from '../event-moves.ts';
import type { EventRow } from '../rows.ts';

/** An event in line. */
export type WaitingRow = Pick<EventRow, 'seq' | 'id' | 'tries' | 'received_at' | 'in_line_since'>;

/** How an event ends that is not what was received. */
interface EventEnd {
  readonly seq: number;
  readonly now: number;
  readonly reason: EventFailure;
  readonly message: string;
  readonly cause: string;
}

interface Lease {
  readonly claimedBy: WorkerId | null;
  readonly leaseEndsAt: number | null;
}

interface Digest {
  readonly digest: Uint8Array;
}

const columns = `seq, id, request_seq, item, source, type, external_id, occurred_at, received_at, in_line_since,
  status, reason, message, cause, tries, runs, due_at, waits_for, digest, runs_digest`;

export function eventStatements(db: Database) {
  return {
    isKnown: db.prepare<[string, string], 1>('select 1 from event where source = ? and external_id = ?').pluck(),
    insertRequest: db.prepare<NewRequest & Digest>(`
      insert into request (source, kind, method, url, received_at, headers, body, digest)
      values (@source, @kind, @method, @url, @receivedAt, @headers, @body, @digest)`),
    insert: db.prepare<NewEvent & Lease & Digest>(`
      insert into event (id, request_seq, item, source, type, external_id, occurred_at, received_at,
        status, reason, message, cause, settled_at, claimed_by, lease_ends_at, tries, digest)
      values (@id, @requestSeq, @item, @source, @type, @externalId, @occurredAt, @receivedAt,
        @status, @reason, @message, @cause, @settledAt, @claimedBy, @leaseEndsAt, @claimedBy is not null, @digest)`),

    endLeases: db.prepare<[number]>(`
      update event set claimed_by = null, lease_ends_at = null
      where status = 'received' and claimed_by is not null and lease_ends_at <= ?`),
    /** The same one by one, for when one of them is damaged. */
    ending: db.prepare<{ readonly now: number }, { seq: number; id: EventId }>(`
      select seq, id from event where status = 'received' and claimed_by is not null and lease_ends_at <= @now
      union all
      select seq, id from event where due_at is not null and due_at <= @now`),
    leased: db.prepare<[], { seq: number; id: EventId }>(
      "select seq, id from event where status = 'received' and claimed_by is not null",
    ),
    putBack: db.prepare<[number]>(`
      update event set claimed_by = null, lease_ends_at = null, due_at = null, waits_for = null where seq = ?`),
    endDelays: db.prepare<[number]>('update event set due_at = null, waits_for = null where due_at <= ?'),
    waiting: db.prepare<[number], WaitingRow>(`
      select seq, id, tries, received_at, in_line_since from event where status = 'received' and claimed_by is null and due_at is null
      order by seq limit ?`),
    claim: db.prepare<[WorkerId, number, number]>(
      'update event set claimed_by = ?, lease_ends_at = ?, tries = tries + 1 where seq = ?',
    ),
    /** Without a worker, which never saw it. */
    fail: db.prepare<EventEnd>(`
      update event set status = 'failed', reason = @reason, message = @message, cause = @cause, settled_at = @now,
        runs = null, runs_digest = null, replay_seq = null, in_line_since = null, due_at = null, waits_for = null, claimed_by = null, lease_ends_at = null
      where seq = @seq`),
    /** The usual `move`, of an event that no replay has to hear of: it touches the fewest indexes. */
    translate: db.prepare<[number | null, string | null, Uint8Array | null, EventId, WorkerId, number]>(`
      update event set status = 'translated', settled_at = ?, runs = ?, runs_digest = ?, claimed_by = null,
        lease_ends_at = null
      where id = ? and status = 'received' and claimed_by = ? and tries = ? and replay_seq is null
        and in_line_since is null`),
    move: db.prepare<EventMove & { readonly runsDigest: Uint8Array | null }>(`
      update event set status = @status, reason = @reason, message = @message, cause = @cause, settled_at = @settledAt,
        runs = @runs, runs_digest = @runsDigest, due_at = @dueAt, waits_for = @waitsFor,
        replay_seq = iif(@status = 'received', replay_seq, null),
        in_line_since = iif(@status = 'received', in_line_since, null),
        tries = tries - 1 + @spent, claimed_by = null, lease_ends_at = null
      where id = @id and status = 'received' and claimed_by = @worker and tries = @tries`),

    /** What is open; more than one of each is asked for only where some are set aside. */
    places: db.prepare<{ readonly limit: number }, { seq: number; at: number }>(`
      select seq, received_at as at from (
        select seq, received_at from event
        where status = 'received' and claimed_by is null and due_at is null order by seq limit @limit)
      union all
      select seq, lease_ends_at from (
        select seq, lease_ends_at from event
        where status = 'received' and claimed_by is not null order by lease_ends_at limit @limit)
      union all
      select seq, due_at from (select seq, due_at from event where due_at is not null order by due_at limit @limit)`),
    oldestWaiting: db
      .prepare<[], number>(`
        select received_at from event where status = 'received' and claimed_by is null and due_at is null
        order by seq limit 1`)
      .pluck(),
    /** In line, or at the end of a lease or of a delay. */
    isAnyDue: db
      .prepare<{ readonly now: number }, 1>(`
        select 1
        where exists (select 1 from event where status = 'received' and claimed_by is null and due_at is null)
          or exists (select 1 from event where due_at is not null and due_at <= @now)
          or exists (
            select 1 from event where status = 'received' and claimed_by is not null and lease_ends_at <= @now)`)
      .pluck(),
    firstDelayEnd: db.prepare<[], number | null>('select min(due_at) from event where due_at is not null').pluck(),
    firstLeaseEnd: db
      .prepare<[], number | null>(
        "select min(lease_ends_at) from event where status = 'received' and claimed_by is not null",
      )
      .pluck(),

    exists: db.prepare<[EventId], 1>('select 1 from event where id = ?').pluck(),
    byId: db.prepare<[EventId], DigestedEvent>(`select ${columns} from event where id = ?`),
    bySeq: db.prepare<[number], DigestedEvent>(`select ${columns} from event where seq = ?`),
    request: db.prepare<[number], DigestedRequest>(
      'select source, kind, method, url, received_at, headers, body, digest from request where seq = ?',
    ),
  };
}
