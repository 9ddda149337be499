import type { EventId, WorkerId } from './id.ts';

/** One HTTP request as it arrived: the exact bytes, before any parsing. */
export interface RawRequest {
  readonly method: string;
  /** The public URL the sender called; some signatures cover it. */
  readonly url: string;
  /** The second path segment (`/in/callrail/post_call` → `post_call`); null where the URL has none. */
  readonly kind: string | null;
  /** Lower-case names; every value as it arrived, so that a repeated header can be refused. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

/** Why a genuine event can never be translated; it is stored all the same, as `failed`. */
export const unusableReasons = ['not_json', 'too_deep', 'not_an_event', 'too_many_events', 'thin_event'] as const;
export type UnusableReason = (typeof unusableReasons)[number];

/** Why an event ended as `failed`. */
export const eventFailures = [...unusableReasons, 'mapping_failed', 'too_slow', 'evaluator_died'] as const;
export type EventFailure = (typeof eventFailures)[number];

/** One thing that happened, as its source tells it. A request may carry several (HubSpot batches). */
export interface SourceEvent {
  readonly type: string;
  /** Unique per thing that happened; with the source's name, the inbound dedupe key. */
  readonly externalId: string;
  readonly occurredAt: Date;
  /** Which element of the body's array this is; null when the whole body is the event. */
  readonly item: number | null;
  readonly unusable?: { readonly reason: UnusableReason; readonly message: string };
}

/** A verified request and its events, ready to be stored. */
export interface ReceivedRequest {
  readonly source: string;
  readonly kind: string | null;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
  readonly events: readonly SourceEvent[];
  /** Its sender does not come back when it is turned away, so it is taken as long as anything is. */
  readonly isSentOnce?: boolean;
}

/** What became of a request's events; `accepted + duplicates` is their number. */
export interface Receipt {
  readonly accepted: number;
  readonly duplicates: number;
}

export const eventStatuses = ['received', 'translated', 'unmatched', 'failed'] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** What a received event can wait for before it is translated. */
export const eventWaits = ['lookup', 'identity'] as const;
export type EventWait = (typeof eventWaits)[number];

/** A stored event that a worker holds a lease on, with the request that carried it. */
export interface ClaimedEvent {
  readonly id: EventId;
  readonly claimedBy: WorkerId;
  /** Times this event was claimed, this one included; counted before the work, so that an event which kills us is seen. */
  readonly tries: number;
  readonly source: string;
  readonly type: string;
  readonly externalId: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  /** When it was received, or put back in line by a replay: it waits for others from then on. */
  readonly inLineSince: Date;
  readonly kind: string | null;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The request's body as text; shared by all events of one request. */
  readonly bodyText: string;
  readonly item: number | null;
}
