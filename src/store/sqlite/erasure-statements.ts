import type { Database } from 'better-sqlite3';
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { DigestedAttempt, DigestedRequest } from '../contents.ts';
import type { EmptiedRequest, KeptAttempt, KeptDelivery, KeptEvent, KeptRequest, Siblings } from '../erasing.ts';
import { attemptColumns } from './delivery-statements.ts';

const requestColumns = 'seq, source, kind, method, url, received_at, headers, body, digest';
const eventColumns = 'seq, id, request_seq, item, source, status, external_id, reason, message, cause, runs';
const deliveryColumns = 'id, destination, person, status, reason, cause, payload';

interface EmptiedAttempt extends Digest {
  readonly place: number;
  readonly message: string | null;
  readonly responseBody: string | null;
}

interface Digest {
  readonly digest: Uint8Array;
}

type DigestedKeptRequest = KeptRequest & DigestedRequest;

export function erasureStatements(db: Database) {
  return {
    nextRequest: db.prepare<[number], DigestedKeptRequest>(
      `select ${requestColumns} from request where seq > ? order by seq limit 1`,
    ),
    request: db.prepare<[number], DigestedKeptRequest>(`select ${requestColumns} from request where seq = ?`),
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
    emptyRequest: db.prepare<EmptiedRequest & Digest>(
      'update request set url = @url, headers = @headers, body = @body, digest = @digest where seq = @seq',
    ),
    attempt: db.prepare<[number], DigestedAttempt>(`select ${attemptColumns} from attempt where rowid = ?`),
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
