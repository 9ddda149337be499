/** What becomes of deliveries, as the tables hold it: the same for every driver. */
import type { Attempt, FailureReason, LaneWide, Verdict } from '../model/attempt.ts';
import { addMs, dateFromMs } from '../model/clock.ts';
import type { ClaimedDelivery, Delivery, DeliveryStatus, Draft, Settlement } from '../model/delivery.ts';
import { type AttemptId, type DeliveryId, type EventId, newId, type WorkerId } from '../model/id.ts';
import type { DeliveryRow } from './rows.ts';
import type { Claim } from './store.ts';
import { wellFormed } from './well-formed.ts';

export interface NewDelivery {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly mappingFile: string;
  readonly mappingVersion: string;
  readonly item: number;
  readonly destination: string;
  readonly outgoingId: string;
  readonly createdAt: number;
  readonly payload: string;
  readonly stitch: string | null;
  readonly person: string | null;
  readonly replayOf: DeliveryId | null;
}

/** A step of a delivery that its worker holds the lease for; without the last members the lease is lost. */
export interface DeliveryMove {
  readonly status: DeliveryStatus;
  readonly dueAt: number | null;
  readonly settledAt: number | null;
  readonly reason: FailureReason | null;
  readonly cause: string | null;
  /** 0 when the worker gives it back untried. */
  readonly tried: 0 | 1;
  /** When it failed, where that counts against the limits of its retries. */
  readonly failedAt: number | null;
  readonly id: DeliveryId;
  readonly worker: WorkerId;
  readonly token: number;
  readonly attempts: number;
}

export interface NewAttempt {
  readonly id: AttemptId;
  readonly deliveryId: DeliveryId;
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Verdict['kind'];
  readonly reason: FailureReason | null;
  readonly message: string | null;
  readonly retryAfterMs: number | null;
  readonly lane: LaneWide | null;
  readonly ambiguous: 0 | 1;
  readonly responseStatus: number | null;
  readonly responseBody: string | null;
}

interface Made {
  readonly eventId: EventId;
  readonly now: Date;
  /** The delivery that it replaces. */
  readonly replayOf?: DeliveryId;
}

export function newDelivery(draft: Draft, { eventId, now, replayOf }: Made): NewDelivery {
  const { mapping, item, destination, outgoingId, payload, stitch, person } = draft;
  return wellFormed({
    id: newId('dlv', now),
    eventId,
    mappingFile: mapping.file,
    mappingVersion: mapping.version,
    item,
    destination,
    outgoingId,
    createdAt: now.getTime(),
    payload,
    stitch: stitch === null ? null : JSON.stringify(stitch),
    person,
    replayOf: replayOf ?? null,
  });
}

/** All that a delivery says, whatever becomes of it. */
export type QueuedDelivery = Omit<Delivery, 'attempts' | 'failures' | 'failingSince' | 'person' | 'state'>;

/** The same of one that is being written. */
export const toQueued = (
  { id, mappingFile, mappingVersion, outgoingId, payload, replayOf }: NewDelivery,
  { draft: { item, destination, stitch }, eventId, receivedAt, now }: Queueing,
): QueuedDelivery => ({
  ...{ id, eventId, item, destination, outgoingId, stitch, payload, replayOf, receivedAt },
  mapping: { file: mappingFile, version: mappingVersion },
  createdAt: now,
});

interface Queueing extends Made {
  readonly draft: Draft;
  readonly receivedAt: Date;
}

/** What is claimed of a delivery, with the token of this claim. */
type ClaimedNow = Pick<DeliveryRow, 'attempts' | 'failures' | 'failing_since' | 'person'> & { readonly token: number };

export const claimedDelivery = (
  row: ClaimedNow,
  content: QueuedDelivery,
  { worker: claimedBy, leaseMs, now }: Claim,
): ClaimedDelivery => ({
  ...content,
  attempts: row.attempts,
  failures: row.failures,
  failingSince: row.failing_since === null ? null : dateFromMs(row.failing_since),
  person: row.person,
  state: { status: 'in_flight', claimedBy, leaseEndsAt: addMs(now, leaseMs), token: row.token },
});

export const deliveryMoveOf = (settlement: Settlement): DeliveryMove => wellFormed(moveOf(settlement));

function moveOf(settlement: Settlement): DeliveryMove {
  const { id, state, attempts } = settlement.delivery;
  const settledAt = settlement.settledAt.getTime();
  const lease = { id, worker: state.claimedBy, token: state.token };
  const none = { dueAt: null, settledAt: null, reason: null, cause: null, failedAt: null };
  switch (settlement.to) {
    case 'delivered':
      return { ...lease, ...tried(settlement.attempt), ...none, status: 'delivered', settledAt };
    case 'dead': {
      const { attempt, reason, cause } = settlement;
      return { ...lease, ...tried(attempt), ...none, status: 'dead', settledAt, reason, cause, failedAt: settledAt };
    }
    case 'pending': {
      const { attempt, dueAt, counts } = settlement;
      const failedAt = counts ? settledAt : null;
      return { ...lease, ...tried(attempt), ...none, status: 'pending', dueAt: dueAt.getTime(), failedAt };
    }
    case 'released':
      return { ...lease, ...none, attempts, tried: 0, status: 'pending', dueAt: settledAt };
  }
}

/** The row must still count the attempts made before this one. */
const tried = ({ number }: Attempt) => ({ attempts: number - 1, tried: 1 }) as const;

export function toNewAttempt({ id, deliveryId, number, startedAt, durationMs, outcome }: Attempt): NewAttempt {
  const retry = outcome.kind === 'retry' ? outcome : undefined;
  const wait = retry?.retryAfterMs;
  return wellFormed({
    id,
    deliveryId,
    number,
    startedAt: startedAt.getTime(),
    durationMs: Math.round(durationMs),
    outcome: outcome.kind,
    reason: outcome.kind === 'delivered' ? null : outcome.reason,
    message: outcome.kind === 'delivered' ? null : outcome.message,
    retryAfterMs: wait === undefined ? null : Math.round(wait),
    lane: retry?.lane ?? null,
    ambiguous: retry?.ambiguous === true ? 1 : 0,
    responseStatus: outcome.response?.status ?? null,
    responseBody: outcome.response?.body ?? null,
  });
}
