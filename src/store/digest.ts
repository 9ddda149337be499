/**
 * A digest of what is never changed in a row, or changed only as a whole: a bit that turns over on the disk passes every
 * check of a database, and would go out as somebody's data. The same for every driver, so that rows can be moved.
 */
import { createHash, hash } from 'node:crypto';
import type { AttemptId, DeliveryId, EventId } from '../model/id.ts';

export type DigestValue = string | number | null | Uint8Array;

/** Half of SHA-256: against chance, not against people. */
const digestBytes = 16;

/**
 * Of the values in this order; only the last may be long, or bytes. Half of a surrogate pair, which SQLite does not keep,
 * counts as what is read in its place.
 */
export function rowDigest(values: readonly DigestValue[]): Uint8Array {
  const last = values.at(-1) ?? null;
  const wide = typeof last === 'number' ? String(last) : last;
  const length = wide === null ? null : Buffer.byteLength(wide);
  const narrow = JSON.stringify([...values.slice(0, -1).map(asKept), length]);
  const digest =
    typeof wide === 'object' && wide !== null
      ? createHash('sha256').update(narrow).update(wide).digest()
      : hash('sha256', narrow + (wide ?? ''), 'buffer');
  return digest.subarray(0, digestBytes);
}

const asKept = (value: DigestValue): DigestValue => (typeof value === 'string' ? value.toWellFormed() : value);

/** Whether a row is as it was written; what is stored for its digest may be damaged to anything. */
export const isSame = (stored: unknown, now: Uint8Array | null): boolean =>
  stored instanceof Uint8Array && now !== null ? Buffer.compare(stored, now) === 0 : stored === now;

export interface RequestContent {
  readonly source: string;
  readonly kind: string | null;
  readonly method: string;
  readonly url: string;
  readonly receivedAt: number;
  /** JSON. */
  readonly headers: string;
  readonly body: Uint8Array;
}

export const requestDigest = (row: RequestContent): Uint8Array =>
  rowDigest(['request', row.source, row.kind, row.method, row.url, row.receivedAt, row.headers, row.body]);

export interface EventContent {
  readonly id: EventId;
  readonly requestSeq: number;
  readonly item: number | null;
  readonly source: string;
  readonly type: string;
  readonly externalId: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
}

export const eventDigest = (row: EventContent): Uint8Array =>
  rowDigest([
    ...['event', row.id, row.requestSeq, row.item, row.source, row.type],
    ...[row.externalId, row.occurredAt, row.receivedAt],
  ]);

/** What each mapping made of an event, as JSON; null while nothing is told. */
export const runsDigest = (runs: string | null): Uint8Array | null =>
  runs === null ? null : rowDigest(['runs', runs]);

export interface DeliveryContent {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly mappingFile: string;
  readonly mappingVersion: string;
  readonly item: number;
  readonly destination: string;
  readonly outgoingId: string;
  readonly createdAt: number;
  readonly replayOf: DeliveryId | null;
  /** JSON. */
  readonly stitch: string | null;
  readonly payload: string;
}

export const deliveryDigest = (row: DeliveryContent): Uint8Array =>
  rowDigest([
    ...['delivery', row.id, row.eventId, row.mappingFile, row.mappingVersion, row.item, row.destination],
    ...[row.outgoingId, row.createdAt, row.replayOf, row.stitch, row.payload],
  ]);

export interface AttemptContent {
  readonly id: AttemptId;
  readonly deliveryId: DeliveryId;
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly retryAfterMs: number | null;
  readonly lane: string | null;
  readonly ambiguous: 0 | 1;
  readonly responseStatus: number | null;
  readonly responseBody: string | null;
}

export const attemptDigest = (row: AttemptContent): Uint8Array =>
  rowDigest([
    ...['attempt', row.id, row.deliveryId, row.number, row.startedAt, row.durationMs, row.outcome, row.reason],
    ...[row.message, row.retryAfterMs, row.lane, row.ambiguous, row.responseStatus, row.responseBody],
  ]);
