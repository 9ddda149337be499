/** Rows as the tables hold them, and the model they stand for. The CHECKs of the schema make these types true. */
import type { Attempt, FailureReason, LaneWide, Outcome } from '../model/attempt.ts';
import { dateFromMs } from '../model/clock.ts';
import type { Delivery, DeliveryState } from '../model/delivery.ts';
import type { EventStatus, EventWait } from '../model/event.ts';
import type { AttemptId, DeliveryId, EventId, WorkerId } from '../model/id.ts';
import type { Stitch } from '../model/identity.ts';
import type { EventSummary } from './store.ts';

type EventWaitRow =
  | { readonly waits_for: null; readonly due_at: null }
  | { readonly waits_for: EventWait; readonly due_at: number };

export type EventRow = EventWaitRow & {
  readonly seq: number;
  readonly id: EventId;
  readonly request_seq: number;
  readonly item: number | null;
  readonly source: string;
  readonly type: string;
  readonly external_id: string;
  readonly occurred_at: number;
  readonly received_at: number;
  /** Null unless a replay has put it back in line. */
  readonly in_line_since: number | null;
  readonly status: EventStatus;
  readonly reason: string | null;
  readonly message: string | null;
  readonly cause: string | null;
  readonly tries: number;
  readonly runs: string | null;
};

export interface RequestRow {
  readonly kind: string | null;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: Buffer;
}

type DeliveryStateRow =
  | { readonly status: 'pending'; readonly due_at: number; readonly is_behind: 0 | 1 }
  | {
      readonly status: 'in_flight';
      readonly claimed_by: WorkerId;
      readonly lease_ends_at: number;
      readonly lease_token: number;
    }
  | { readonly status: 'delivered' | 'cancelled'; readonly settled_at: number }
  | { readonly status: 'dead'; readonly settled_at: number; readonly reason: FailureReason };

export type DeliveryRow = DeliveryStateRow & {
  readonly seq: number;
  readonly id: DeliveryId;
  readonly event_id: EventId;
  readonly mapping_file: string;
  readonly mapping_version: string;
  readonly item: number;
  readonly destination: string;
  readonly outgoing_id: string;
  readonly attempts: number;
  readonly failures: number;
  readonly failing_since: number | null;
  readonly lease_token: number;
  readonly person: string | null;
  readonly replay_of: DeliveryId | null;
  readonly created_at: number;
  readonly received_at: number;
  readonly stitch: string | null;
};

export type PayloadRow = DeliveryRow & { readonly payload: string };

type OutcomeRow =
  | { readonly outcome: 'delivered' }
  | {
      readonly outcome: 'retry';
      readonly reason: FailureReason;
      readonly message: string;
      readonly retry_after_ms: number | null;
      readonly lane: LaneWide | null;
      readonly ambiguous: 0 | 1;
    }
  | { readonly outcome: 'fail'; readonly reason: FailureReason; readonly message: string };

type ResponseRow =
  | { readonly response_status: number; readonly response_body: string }
  | { readonly response_status: null };

export type AttemptRow = OutcomeRow &
  ResponseRow & {
    readonly id: AttemptId;
    readonly delivery_id: DeliveryId;
    readonly number: number;
    readonly started_at: number;
    readonly duration_ms: number;
  };

export function toEventSummary(row: EventRow): EventSummary {
  return {
    id: row.id,
    source: row.source,
    type: row.type,
    externalId: row.external_id,
    status: row.status,
    reason: row.reason,
    message: row.message,
    occurredAt: dateFromMs(row.occurred_at),
    receivedAt: dateFromMs(row.received_at),
    wait: row.waits_for === null ? null : { waitsFor: row.waits_for, dueAt: dateFromMs(row.due_at) },
  };
}

export function toHeaders(row: Pick<RequestRow, 'headers'>): Readonly<Record<string, string>> {
  return JSON.parse(row.headers);
}

export function toDelivery(row: DeliveryRow): Omit<Delivery, 'payload'> {
  return {
    id: row.id,
    eventId: row.event_id,
    mapping: { file: row.mapping_file, version: row.mapping_version },
    item: row.item,
    destination: row.destination,
    outgoingId: row.outgoing_id,
    stitch: row.stitch === null ? null : (JSON.parse(row.stitch) as Stitch),
    attempts: row.attempts,
    failures: row.failures,
    failingSince: row.failing_since === null ? null : dateFromMs(row.failing_since),
    person: row.person,
    replayOf: row.replay_of,
    createdAt: dateFromMs(row.created_at),
    receivedAt: dateFromMs(row.received_at),
    state: toState(row),
  };
}

function toState(row: DeliveryStateRow): DeliveryState {
  switch (row.status) {
    case 'pending':
      return { status: row.status, dueAt: dateFromMs(row.due_at), isBehind: row.is_behind === 1 };
    case 'in_flight': {
      const { claimed_by: claimedBy, lease_token: token } = row;
      return { status: row.status, claimedBy, leaseEndsAt: dateFromMs(row.lease_ends_at), token };
    }
    case 'delivered':
    case 'cancelled':
      return { status: row.status, settledAt: dateFromMs(row.settled_at) };
    case 'dead':
      return { status: row.status, settledAt: dateFromMs(row.settled_at), reason: row.reason };
  }
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    number: row.number,
    startedAt: dateFromMs(row.started_at),
    durationMs: row.duration_ms,
    outcome: toOutcome(row),
  };
}

function toOutcome(row: OutcomeRow & ResponseRow): Outcome {
  const answered =
    row.response_status === null ? {} : { response: { status: row.response_status, body: row.response_body } };
  switch (row.outcome) {
    case 'delivered':
      return { kind: 'delivered', ...answered };
    case 'retry': {
      const { retry_after_ms: retryAfterMs, lane, ambiguous } = row;
      const told = {
        ...(retryAfterMs !== null && { retryAfterMs }),
        ...(lane !== null && { lane }),
        ...(ambiguous === 1 && { ambiguous: true as const }),
      };
      return { kind: 'retry', reason: row.reason, message: row.message, ...told, ...answered };
    }
    case 'fail':
      return { kind: 'fail', reason: row.reason, message: row.message, ...answered };
  }
}

/** The first of several times, of which any may be missing. */
export function earliest(times: readonly (number | null | undefined)[]): Date | null {
  const known = times.filter((time) => typeof time === 'number');
  return known.length === 0 ? null : dateFromMs(Math.min(...known));
}
