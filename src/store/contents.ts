/** What of each row its digest covers, and whether it still is what was written. */
import {
  type AttemptContent,
  attemptDigest,
  type DeliveryContent,
  deliveryDigest,
  type EventContent,
  eventDigest,
  isSame,
  type RequestContent,
  requestDigest,
  runsDigest,
} from './digest.ts';
import type { AttemptRow, EventRow, PayloadRow, RequestRow } from './rows.ts';

interface Digested {
  /** Null only where the row is damaged. */
  readonly digest: Buffer | null;
}
export type DigestedRequest = RequestRow & Digested & { readonly source: string; readonly received_at: number };
export type DigestedEvent = EventRow & Digested & { readonly runs_digest: Buffer | null };
export type DigestedDelivery = PayloadRow & Digested;
export type DigestedAttempt = AttemptRow & Digested;

export const requestContent = (row: DigestedRequest): RequestContent => ({
  source: row.source,
  kind: row.kind,
  method: row.method,
  url: row.url,
  receivedAt: row.received_at,
  headers: row.headers,
  body: row.body,
});

const eventContent = (row: EventRow): EventContent => ({
  id: row.id,
  requestSeq: row.request_seq,
  item: row.item,
  source: row.source,
  type: row.type,
  externalId: row.external_id,
  occurredAt: row.occurred_at,
  receivedAt: row.received_at,
});

const deliveryContent = (row: PayloadRow): DeliveryContent => ({
  id: row.id,
  eventId: row.event_id,
  mappingFile: row.mapping_file,
  mappingVersion: row.mapping_version,
  item: row.item,
  destination: row.destination,
  outgoingId: row.outgoing_id,
  createdAt: row.created_at,
  replayOf: row.replay_of,
  stitch: row.stitch,
  payload: row.payload,
});

export const attemptContent = (row: AttemptRow): AttemptContent => ({
  id: row.id,
  deliveryId: row.delivery_id,
  number: row.number,
  startedAt: row.started_at,
  durationMs: row.duration_ms,
  outcome: row.outcome,
  reason: row.outcome === 'delivered' ? null : row.reason,
  message: row.outcome === 'delivered' ? null : row.message,
  retryAfterMs: row.outcome === 'retry' ? row.retry_after_ms : null,
  lane: row.outcome === 'retry' ? row.lane : null,
  ambiguous: row.outcome === 'retry' ? row.ambiguous : 0,
  responseStatus: row.response_status,
  responseBody: row.response_status === null ? null : row.response_body,
});

export const isRequestWhole = (row: DigestedRequest): boolean => isSame(row.digest, requestDigest(requestContent(row)));

export const isEventWhole = (row: DigestedEvent): boolean =>
  isSame(row.digest, eventDigest(eventContent(row))) && isSame(row.runs_digest, runsDigest(row.runs));

export const isDeliveryWhole = (row: DigestedDelivery): boolean =>
  isSame(row.digest, deliveryDigest(deliveryContent(row)));

export const isAttemptWhole = (row: DigestedAttempt): boolean => isSame(row.digest, attemptDigest(attemptContent(row)));
