import type { Database } from 'better-sqlite3';
import type { FailureReason } from '../../model/attempt.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import { attemptColumns } from './delivery-statements.ts';
import type { AttemptRow, EventRow, RequestRow } from './rows.ts';

export interface KeptRequest extends RequestRow {
  readonly seq: number;
}

export type KeptEvent = Pick<
  EventRow,
  'seq' | 'id' | 'request_seq' | 'item' | 'source' | 'status' | 'external_id' | 'reason' | 'message' | 'cause' | 'runs'
>;

export interface KeptDelivery {
  readonly id: DeliveryId;
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
  readonly cause: string | null;
  readonly payload: string;
}

export interface KeptAttempt {
  readonly place: number;
  readonly started_at: number;
  readonly message: string | null;
  readonly response_body: string | null;
}

interface EmptiedRequest {
  readonly seq: number;
  readonly url: string;
  readonly headers: string;
  readonly body: Uint8Array;
  readonly digest: Uint8Array;
}

interface EmptiedAttempt {
  readonly place: number;
  readonly message: string | null;
  readonly responseBody: string | null;
  readonly digest: Uint8Array;
}

interface Siblings {
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly body: string;
}

const requestColumns = 'seq, source, kind, method, url, received_at, headers, body, digest';
const eventColumns = 'seq, id, request_seq, item, source, status, external_id, reason, message, cause, runs';
const deliveryColumns = 'id, destination, status, reason, cause, payload';

export function erasureStatements(db: Database) {
  return {
    nextRequest: db.prepare<[number], KeptRequest>(
      `select ${requestColumns} from request where seq > ? order by seq limit 1`,
    ),
    request: db.prepare<[number], KeptRequest>(`select ${requestColumns} from request where seq = ?`),
    events: db.prepare<[number], KeptEvent>(`select ${eventColumns} from event where request_seq = ? order by seq`),
    event: db.prepare<[EventId], KeptEvent>(`select ${eventColumns} from event where id = ?`),
    deliveries: db.prepare<[EventId], KeptDelivery>(`select ${deliveryColumns} from delivery where event_id = ?`),
    deliveryOfAttempt: db.prepare<[number], KeptDelivery>(`
      select ${deliveryColumns} from delivery where id = (select delivery_id from attempt where attempt.rowid = ?)`),
    emptyCause: db.prepare<[DeliveryId]>("update delivery set cause = 'erased' where id = ?"),
    attempts: db.prepare<[DeliveryId], KeptAttempt>(
      'select rowid as place, started_at, message, response_body from attempt where delivery_id = ?',
    ),

    deleteAttempts: db.prepare<[DeliveryId]>('delete from attempt where delivery_id = ?'),
    deleteDeliveries: db.prepare<[EventId]>('delete from delivery where event_id = ?'),
    deleteMarks: db.prepare<[EventId]>('delete from event_identifier where event_id = ?'),
    deleteEvent: db.prepare<[EventId]>('delete from event where id = ?'),
    deleteRequest: db.prepare<[number]>('delete from request where seq = ?'),
    emptyRequest: db.prepare<EmptiedRequest>(
      'update request set url = @url, headers = @headers, body = @body, digest = @digest where seq = @seq',
    ),
    attempt: db.prepare<[number], AttemptRow>(`select ${attemptColumns} from attempt where rowid = ?`),
    emptyAttempt: db.prepare<EmptiedAttempt>(
      'update attempt set message = @message, response_body = @responseBody, digest = @digest where rowid = @place',
    ),
    siblings: db
      .prepare<Siblings, number>(`
        select rowid from attempt
        where rowid between @from and @to and started_at = @startedAt and response_body = @body`)
      .pluck(),

    eventsOf: db.prepare<[number], EventId>('select event_id from event_identifier where identifier = ?').pluck(),
    linkedTo: db.prepare<[number], number>('select linked from identity_link where identifier = ?').pluck(),
    sourcesOf: db
      .prepare<[number, number], string>(`
        select distinct event.source from event_identifier join event on event.id = event_identifier.event_id
        where event_identifier.identifier = ? limit ?`)
      .pluck(),
    unlink: db.prepare<[number, number]>('delete from identity_link where identifier = ? and linked = ?'),
    deleteIdentifier: db.prepare<[number]>('delete from identifier where seq = ?'),
    unjoinUser: db.prepare<[string, string]>('delete from identity_join where destination = ? and user_id = ?'),
    unjoinVisitor: db.prepare<[string]>('delete from identity_join where anonymous_id = ?'),
  };
}
