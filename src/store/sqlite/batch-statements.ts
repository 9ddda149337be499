import type { Database } from 'better-sqlite3';
import type { WorkerId } from '../../model/id.ts';
import type { DeliveryRow } from '../rows.ts';

/** Rows as a JSON list. */
type Rows = string;

interface LineFilter {
  readonly destination: string;
  /** JSON list of person keys. */
  readonly persons: string;
}

/**
 * What moves many rows alike in one statement: each of them costs a third of what a statement of its own does. Where one
 * of the rows is damaged none is moved, and each is moved by itself instead.
 */
export function batchStatements(db: Database) {
  return {
    claimEvents: db.prepare<[WorkerId, number, Rows]>(`
      update event set claimed_by = ?, lease_ends_at = ?, tries = tries + 1
      where seq in (select value from json_each(?))`),
    claimDeliveries: db.prepare<[WorkerId, number, Rows]>(`
      update delivery set status = 'in_flight', due_at = null, claimed_by = ?, lease_ends_at = ?,
        lease_token = lease_token + 1
      where seq in (select value from json_each(?))`),
    /** Those whose lease is still held, with whose they are. */
    held: db.prepare<[Rows, WorkerId], Pick<DeliveryRow, 'seq' | 'id' | 'person'>>(`
      select seq, delivery.id, person from json_each(?) cross join delivery
      where delivery.id = value ->> 0 and lease_token = value ->> 1 and attempts = value ->> 2
        and status = 'in_flight' and claimed_by = ?`),
    deliver: db.prepare<[number, Rows]>(`
      update delivery set status = 'delivered', settled_at = ?, attempts = attempts + 1, claimed_by = null,
        lease_ends_at = null
      where seq in (select value from json_each(?))`),
    insertAttempts: db.prepare<[Rows]>(`
      insert into attempt (id, delivery_id, number, started_at, duration_ms, outcome, ambiguous, response_status,
        response_body, digest)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 'delivered', 0, value ->> 5,
        value ->> 6, unhex(value ->> 7)
      from json_each(?)`),
    /** Of these persons, whoever has something else on the way. */
    onTheWay: db
      .prepare<LineFilter, string>(`
        select value from json_each(@persons)
        where exists (select 1 from delivery
          where destination = @destination and person = value and status in ('pending', 'in_flight'))`)
      .pluck(),
  };
}
