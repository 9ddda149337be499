/** What is known of a person's traces in the tables before they are erased, and what is left of what is not theirs. */
import { keyOf } from '../identity/identifier.ts';
import type { Traces } from '../identity/traces.ts';
import type { Walk, WalkLimits } from '../identity/walk.ts';
import type { FailureReason, Outcome } from '../model/attempt.ts';
import type { DeliveryStatus, Settlement } from '../model/delivery.ts';
import type { DeliveryId } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';
import type { Json } from '../model/json.ts';
import type { Lane } from '../model/lane.ts';
import type { Erased } from '../model/person.ts';
import { withoutElements } from './array-elements.ts';
import { type EventRow, type RequestRow, toHeaders } from './rows.ts';

export interface KeptRequest extends RequestRow {
  readonly seq: number;
  readonly source: string;
}

export type KeptEvent = Pick<
  EventRow,
  'seq' | 'id' | 'request_seq' | 'item' | 'source' | 'status' | 'external_id' | 'reason' | 'message' | 'cause' | 'runs'
>;

export interface KeptDelivery {
  readonly id: DeliveryId;
  readonly destination: string;
  readonly person: string | null;
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

export interface EmptiedRequest {
  readonly seq: number;
  readonly url: string;
  readonly headers: string;
  readonly body: Uint8Array;
}

/** Other attempts of the same request to a destination, which say the same. */
export interface Siblings {
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly body: string;
}

export const nothing: Erased = { events: 0, requests: 0, deliveries: 0, attempts: 0, emptied: 0 };

export const sum = (one: Erased, other: Erased): Erased => ({
  events: one.events + other.events,
  requests: one.requests + other.requests,
  deliveries: one.deliveries + other.deliveries,
  attempts: one.attempts + other.attempts,
  emptied: one.emptied + other.emptied,
});

/** As far as an event is followed, and all that is there: who is shown as the person is who is erased. */
export const everything: WalkLimits = { hops: 4, width: 10_000 };

/** Each identifier once, the one that was asked for first. */
export function allOf(identifier: Identifier, walks: readonly Walk[]): readonly Identifier[] {
  const all = [identifier, ...walks.flatMap(({ reached }) => reached.map((each) => each.identifier))];
  return [...new Map(all.map((each) => [keyOf(each), each])).values()];
}

/** An answer is kept up to 2,048 characters, so one that repeats a batch may be cut between a name and an e-mail. */
const cutFrom = 2_000;
/** Deliveries of one request are settled together: their attempts lie close to each other. */
const siblingsWithin = 1_000;

/** Where others may tell of the person, unseen by a search. */
export function siblingsOf({ place, started_at: startedAt, response_body: body }: KeptAttempt): readonly Siblings[] {
  if (body === null || body.length < cutFrom) return [];
  return [{ from: place - siblingsWithin, to: place + siblingsWithin, startedAt, body }];
}

/** Without these elements of its body, and without what else of it tells of the person. */
export function emptiedRequest(request: KeptRequest, items: readonly number[], traces: Traces): EmptiedRequest {
  const { seq, source, url, body } = request;
  const emptied = items.length === 0 ? body : Buffer.from(withoutElements(body.toString(), new Set(items)));
  const has = (part: string): boolean => traces.isIn(part, source);
  const headers = Object.entries(toHeaders(request)).filter(([name, value]) => !has(`${name}: ${value}`));
  return {
    seq,
    url: has(url) ? url.replace(/[?#].*$/s, '') : url,
    headers: JSON.stringify(Object.fromEntries(headers) as Json),
    body: emptied,
  };
}

/** An answer to a batch may repeat the payloads of all whose events were in it: what tells of a forgotten one goes. */
export function withoutTraces(settlement: Settlement, forgotten: readonly Traces[]): Settlement {
  if (forgotten.length === 0 || !('attempt' in settlement)) return settlement;
  const { outcome } = settlement.attempt;
  const texts = [outcome.response?.body ?? '', outcome.kind === 'delivered' ? '' : outcome.message];
  if (!forgotten.some((traces) => texts.some((text) => traces.isIn(text, '')))) return settlement;
  const attempt = { ...settlement.attempt, outcome: emptiedOutcome(outcome) };
  return settlement.to === 'dead' ? { ...settlement, attempt, cause: 'erased' } : { ...settlement, attempt };
}

/** What a lane says of its trouble is quoted from such an answer. */
export function laneWithoutTraces(lane: Lane, forgotten: readonly Traces[]): Lane {
  const { circuit } = lane;
  if (circuit.state === 'closed' || !forgotten.some((traces) => traces.isIn(circuit.message, ''))) return lane;
  return { ...lane, circuit: { ...circuit, message: 'erased' } };
}

function emptiedOutcome(outcome: Outcome): Outcome {
  const answered = outcome.response === undefined ? {} : { response: { ...outcome.response, body: '' } };
  return outcome.kind === 'delivered' ? { ...outcome, ...answered } : { ...outcome, ...answered, message: 'erased' };
}
