import type { Database } from 'better-sqlite3';
import type { FailureReason } from '../../model/attempt.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { DeliveryId, EventId, WorkerId } from '../../model/id.ts';
import type { DigestedAttempt, DigestedDelivery } from '../contents.ts';
import type { DeliveryMove, NewAttempt, NewDelivery } from '../delivery-moves.ts';
import type { DeliveryRow } from '../rows.ts';
import { onTheWay } from './line-statements.ts';

export interface EndOfLeases {
  readonly destination: string;
  readonly now: number;
  /** Leases that end later stay. */
  readonly until: number;
  /** A JSON list of those that stay too. */
  readonly underWay: string;
}

/** How a delivery ends that is not what was queued. */
interface Burial {
  readonly seq: number;
  readonly now: number;
  readonly reason: FailureReason;
  readonly cause: string;
}

interface Digest {
  readonly digest: Uint8Array;
}

/** A delivery in line. */
export type DueRow = Pick<
  DeliveryRow,
  'seq' | 'id' | 'attempts' | 'failures' | 'failing_since' | 'lease_token' | 'person'
>;

type DeliveryPlace = Pick<DeliveryRow, 'seq' | 'id' | 'person'>;

export const listedColumns = `seq, id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts, failures,
  failing_since, created_at, status, due_at, is_behind, claimed_by, lease_ends_at, lease_token, settled_at, reason, person,
  replay_of, stitch,
  (select received_at from event where event.id = delivery.event_id) as received_at`;

export const attemptColumns = `id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms, lane,
  ambiguous, response_status, response_body, digest`;

export function deliveryStatements(db: Database) {
  return {
    insert: db.prepare<NewDelivery & Digest>(`
      insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, created_at,
        status, due_at, payload, stitch, person, replay_of, digest, is_behind)
      values (@id, @eventId, @mappingFile, @mappingVersion, @item, @destination, @outgoingId, @createdAt,
        'pending', @createdAt, @payload, @stitch, @person, @replayOf, @digest,
        exists (select 1 from delivery where ${onTheWay}))`),

    endLeases: db.prepare<EndOfLeases, Pick<DeliveryRow, 'person'>>(`
      update delivery set status = 'pending', due_at = min(lease_ends_at, @now), claimed_by = null, lease_ends_at = null
      where destination = @destination and status = 'in_flight' and lease_ends_at <= @until
        and id not in (select value from json_each(@underWay))
      returning person`),
    /** The same one by one, for when one of them is damaged. */
    endingLeases: db.prepare<EndOfLeases, DeliveryPlace>(`
      select seq, id, person from delivery
      where destination = @destination and status = 'in_flight' and lease_ends_at <= @until
        and id not in (select value from json_each(@underWay))`),
    endLease: db.prepare<Pick<EndOfLeases, 'now'> & { readonly seq: number }>(`
      update delivery set status = 'pending', due_at = min(lease_ends_at, @now), claimed_by = null, lease_ends_at = null
      where seq = @seq`),
    /** What is open, first due first; more than one is asked for only where some are set aside. */
    places: db.prepare<{ readonly destination: string; readonly limit: number }, { seq: number; at: number }>(`
      select seq, due_at as at from (
        select seq, due_at from delivery
        where destination = @destination and status = 'pending' and is_behind = 0 order by due_at limit @limit)
      union all
      select seq, lease_ends_at from (
        select seq, lease_ends_at from delivery
        where destination = @destination and status = 'in_flight' order by lease_ends_at limit @limit)`),
    due: db.prepare<[string, number, number], DueRow>(`
      select seq, id, attempts, failures, failing_since, lease_token, person from delivery
      where destination = ? and status = 'pending' and is_behind = 0 and due_at <= ? order by due_at, seq limit ?`),
    claim: db.prepare<[WorkerId, number, number]>(`
      update delivery set status = 'in_flight', due_at = null, claimed_by = ?, lease_ends_at = ?,
        lease_token = lease_token + 1
      where seq = ?`),
    /** Without a worker, which never saw it. */
    bury: db.prepare<Burial>(`
      update delivery set status = 'dead', due_at = null, settled_at = @now, reason = @reason, cause = @cause,
        attempts = attempts + 1, failures = failures + 1, failing_since = ifnull(failing_since, @now)
      where seq = @seq`),
    inFlight: db
      .prepare<[string], number>("select count(*) from delivery where destination = ? and status = 'in_flight'")
      .pluck(),
    /** Where the lease is still held. Asked first: `returning` costs as much as the update. */
    held: db.prepare<[DeliveryId, WorkerId, number, number], Pick<DeliveryRow, 'seq' | 'person'>>(`
      select seq, person from delivery
      where id = ? and status = 'in_flight' and claimed_by = ? and lease_token = ? and attempts = ?`),
    move: db.prepare<Omit<DeliveryMove, 'id' | 'worker' | 'token' | 'attempts'> & { readonly seq: number }>(`
      update delivery set status = @status, due_at = @dueAt, settled_at = @settledAt, reason = @reason, cause = @cause,
        attempts = attempts + @tried, failures = failures + (@failedAt is not null),
        failing_since = ifnull(failing_since, @failedAt), claimed_by = null, lease_ends_at = null
      where seq = @seq`),
    insertAttempt: db.prepare<NewAttempt & Digest>(`
      insert into attempt (id, delivery_id, number, started_at, duration_ms, outcome, reason, message, retry_after_ms,
        lane, ambiguous, response_status, response_body, digest)
      values (@id, @deliveryId, @number, @startedAt, @durationMs, @outcome, @reason, @message, @retryAfterMs,
        @lane, @ambiguous, @responseStatus, @responseBody, @digest)`),

    firstDue: db
      .prepare<[string], number | null>(
        "select min(due_at) from delivery where destination = ? and status = 'pending' and is_behind = 0",
      )
      .pluck(),
    firstLeaseEnd: db
      .prepare<[string], number | null>(
        "select min(lease_ends_at) from delivery where destination = ? and status = 'in_flight'",
      )
      .pluck(),
    lastLeaseEnd: db
      .prepare<[string], number | null>(
        "select max(lease_ends_at) from delivery where destination = ? and status = 'in_flight'",
      )
      .pluck(),
    oldest: db
      .prepare<[string, DeliveryStatus], number | null>(
        'select min(created_at) from delivery where destination = ? and status = ?',
      )
      .pluck(),

    byId: db.prepare<[DeliveryId], DigestedDelivery>(
      `select ${listedColumns}, payload, digest from delivery where id = ?`,
    ),
    ofEvent: db.prepare<[EventId], DigestedDelivery>(
      `select ${listedColumns}, payload, digest from delivery where event_id = ? order by seq`,
    ),
    bySeq: db.prepare<[number], DeliveryRow>(`select ${listedColumns} from delivery where seq = ?`),
    wholeBySeq: db.prepare<[number], DigestedDelivery>(
      `select ${listedColumns}, payload, digest from delivery where seq = ?`,
    ),
    attempts: db.prepare<[DeliveryId], DigestedAttempt>(
      `select ${attemptColumns} from attempt where delivery_id = ? order by number`,
    ),
    message: db
      .prepare<[DeliveryId, number], string | null>('select message from attempt where delivery_id = ? and number = ?')
      .pluck(),
  };
}
