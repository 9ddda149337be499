import type { Resolution } from '../identity/resolve.ts';
import type { Attempt, FailureReason } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { ClaimedDelivery, Delivery, DeliveryStatus, Draft, JoinDraft, Settlement } from '../model/delivery.ts';
import type { ClaimedEvent, EventFailure, EventStatus, EventWait, Receipt, ReceivedRequest } from '../model/event.ts';
import type { DeliveryId, EventId, WorkerId } from '../model/id.ts';
import type { Identifier, StitchOrigin } from '../model/identity.ts';
import type { Json } from '../model/json.ts';
import type { Lane } from '../model/lane.ts';
import type { Forgotten, Person } from '../model/person.ts';
import type { SeriesPoint, SeriesStep } from '../model/series.ts';
import type { AccessStore } from './access.ts';
import type { ClaimAtOnce } from './claim-at-once.ts';
import type { RepairStore } from './repair.ts';

/** Work taken for a bounded time: whoever does not settle it within the lease loses it. */
export interface Claim {
  readonly worker: WorkerId;
  readonly limit: number;
  readonly leaseMs: number;
  readonly now: Date;
}

/** A claim of events. */
export interface EventClaim extends Claim {
  /**
   * An event whose claims ended unsettled this often is handed out alone: whoever dies over it again has found the
   * culprit, and those that only stood beside it are not suspected for ever.
   */
  readonly aloneAfterTries: number;
}

/**
 * A claim of one destination's deliveries. `admit` decides by the lane's state, which all replicas share, and by the
 * deliveries under way; it is pure and may be asked more than once.
 */
export interface DeliveryClaim extends Claim {
  readonly destination: string;
  readonly admit: (lane: Lane, inFlight: number) => LaneAdmission;
  /** What this worker still works on: whatever a clock says that has leapt, those leases do not end. */
  readonly underWay?: readonly DeliveryId[];
}

export interface LaneAdmission {
  readonly limit: number;
  /** The lane after so many were claimed. */
  readonly after: (claimed: number) => Lane;
}

export interface ClaimedDeliveries {
  readonly deliveries: readonly ClaimedDelivery[];
  /** As the claim left it. */
  readonly lane: Lane;
}

/** What came of one request: settlements for one destination, and what they make of its lane (pure, as `admit`). */
export interface DeliverySettlement {
  readonly destination: string;
  readonly settlements: readonly Settlement[];
  readonly observe: (lane: Lane) => Lane;
}

export interface SettledDeliveries {
  /** For each settlement: false where the lease was lost, and nothing was written. */
  readonly kept: readonly boolean[];
  readonly lane: Lane;
}

/** Everything in an event that points at its person, normalised. */
export interface Stitching {
  readonly event: Pick<ClaimedEvent, 'id' | 'source' | 'occurredAt'>;
  readonly identifiers: readonly Identifier[];
}

/**
 * How a claimed event leaves the translator's hands. `runs` tells what each mapping made of it, as JSON for people;
 * `origins` where the ids of its canonical events came from, for the statistics.
 */
export type TranslationSettlement = { readonly event: ClaimedEvent; readonly settledAt: Date } & (
  | {
      readonly to: 'translated';
      readonly drafts: readonly (Draft | JoinDraft)[];
      readonly runs: Json;
      readonly origins: readonly StitchOrigin[];
    }
  | { readonly to: 'unmatched'; readonly why: string; readonly runs: Json }
  | {
      readonly to: 'failed';
      readonly reason: EventFailure;
      readonly message: string;
      /** What other mappings made of the same event still goes out. */
      readonly drafts: readonly (Draft | JoinDraft)[];
      readonly runs: Json;
      readonly origins: readonly StitchOrigin[];
    }
  /** Something outside is not ready yet: nobody claims it before `dueAt`, and no try is spent. */
  | { readonly to: 'delayed'; readonly dueAt: Date; readonly waitsFor: EventWait; readonly runs: Json }
  /** Shutdown or a broken evaluator: back in line, no try spent. */
  | { readonly to: 'released' }
);

export interface EventSummary {
  readonly id: EventId;
  readonly source: string;
  readonly type: string;
  readonly externalId: string;
  readonly status: EventStatus;
  /** Why it is unmatched or failed. */
  readonly reason: string | null;
  readonly message: string | null;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  /** Set while a received event is delayed. */
  readonly wait: { readonly waitsFor: EventWait; readonly dueAt: Date } | null;
}

export interface EventDetail extends EventSummary {
  readonly tries: number;
  readonly runs: Json;
  readonly request: {
    readonly kind: string | null;
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
    readonly item: number | null;
  };
  readonly deliveries: readonly DeliveryDetail[];
  /** It or its request is not what was written; then `request` and `runs` are empty. */
  readonly isDamaged?: true;
}

export interface DeliveryDetail extends Delivery {
  readonly history: readonly Attempt[];
  /** It or an attempt is not what was written; what is not is left out. */
  readonly isDamaged?: true;
}

/** A delivery with what its last attempt said; the payload is left out of lists. */
export interface DeliverySummary extends Omit<Delivery, 'payload'> {
  readonly lastMessage: string | null;
}

/** An event with what came of it, up to twenty deliveries. */
export interface ListedEvent extends EventSummary {
  readonly deliveries: readonly DeliverySummary[];
}

/** All that fit every member that is there. */
export interface EventFilter {
  readonly ids?: readonly EventId[] | undefined;
  /** That carried one of these. */
  readonly identifiers?: readonly Identifier[] | undefined;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  readonly typePrefix?: string | undefined;
  readonly status?: EventStatus | undefined;
  /** That this file was run on. */
  readonly mapping?: string | undefined;
  /** With a delivery to it, and with one in such a state. */
  readonly destination?: string | undefined;
  readonly delivery?: DeliveryStatus | undefined;
  /** Why it failed, or a delivery of it is dead; a cause has a reason with it. */
  readonly reason?: EventFailure | FailureReason | undefined;
  readonly cause?: string | undefined;
  /** Anywhere in the body, whatever the case of ASCII letters. */
  readonly text?: string | undefined;
  /** Received at this time or later, and before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** `since` and `until` are of when they were queued; with a cause, of when they died. */
export interface DeliveryFilter extends Pick<EventFilter, 'since' | 'until'> {
  readonly destination?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly reason?: FailureReason | undefined;
  /** With its reason; then those that died last come first. */
  readonly cause?: string | undefined;
}

/** Newest first; `cursor` is opaque, absent on the first page and null after the last. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** `newer`: what comes before the cursor in the list, and so has come since. */
export interface EventPageRequest extends PageRequest {
  readonly direction?: 'older' | 'newer' | undefined;
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Events and what it was of them that was known. */
export interface NamedEvents {
  readonly by: 'event_id' | 'delivery_id' | 'external_id';
  readonly ids: readonly EventId[];
}

export interface CountedWithin {
  readonly since: Date;
  readonly until: Date;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
}

export interface Count {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
}

export interface Counts {
  readonly events: Readonly<Record<EventStatus, Count>>;
  readonly deliveries: Readonly<Record<DeliveryStatus, Count>>;
}

export interface EventPage extends Page<ListedEvent> {
  /** For what is newer; null where there is nothing to be newer than. */
  readonly previousCursor: string | null;
  /** How far back it was looked, where the page is not full and `nextCursor` goes on with the search. */
  readonly searchedTo: Date | null;
}

/** Kept as counters, so that asking costs the same with a million events stored. */
export interface Stats {
  readonly events: Readonly<Record<EventStatus, number>>;
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  readonly eventsBySource: readonly { readonly source: string; readonly status: EventStatus; readonly count: number }[];
  readonly deliveriesByDestination: readonly {
    readonly destination: string;
    readonly status: DeliveryStatus;
    readonly count: number;
  }[];
  /** Canonical events by where their ids came from. */
  readonly stitching: readonly { readonly source: string; readonly from: StitchOrigin; readonly count: number }[];
  /** Creation time of the oldest delivery still pending or in flight, per destination. */
  readonly oldestPending: readonly { readonly destination: string; readonly createdAt: Date }[];
}

/** Which stretch of time: from the start of the step that `since` is in, and before `until`. */
export interface SeriesRange {
  readonly since: Date;
  readonly until: Date;
  readonly step: SeriesStep;
}

/** Requests of one source that were not taken. */
export interface Refusals {
  readonly source: string;
  readonly reason: string;
  readonly count: number;
}

/** Something stored that is not what was written. */
export interface Damage {
  /** As in `delivery dlv_…`. */
  readonly place: string;
  readonly what: string;
}

/** How long what is settled is kept, in milliseconds; `deadMs` is not less than `deliveredMs`. */
export interface Retention {
  readonly deliveredMs: number;
  /** Of events that failed and those with a dead delivery. */
  readonly deadMs: number;
  /** Of the dedupe keys of purged events, from then on. */
  readonly keysMs: number;
}

export interface Purge {
  readonly now: Date;
  readonly keep: Retention;
  /** Most events looked at, and keys let go, this time. */
  readonly limit: number;
}

export interface Purged {
  readonly events: number;
  readonly requests: number;
  readonly deliveries: number;
  readonly attempts: number;
  readonly keys: number;
  /** Nothing more is due now. */
  readonly isAll: boolean;
}

/** How the store is, as far as it knows without looking. */
export interface StoreCondition {
  /** What was found since the last look at everything, and by it. */
  readonly damages: readonly Damage[];
  /** The last whole look at everything: when it ended, and at how many rows it looked. */
  readonly examined: { readonly endedAt: Date; readonly rows: number } | null;
  /** Of the disk, and what of it is kept free; null where that is nobody's concern. */
  readonly disk: { readonly freeBytes: number; readonly reserveBytes: number } | null;
}

/**
 * Everything the gateway remembers. Each method is one transaction, so a driver never leaks its transaction object and
 * callers cannot compose a half-done state. Methods that write share their commit with whatever else is waiting
 * (group commit) and resolve only after it is on disk. Every time is the caller's, read from `clock`.
 */
export interface Store extends RepairStore {
  /**
   * What due times and leases are measured by: that of this process where it alone uses the store, and the database's
   * where replicas with clocks of their own share it.
   */
  readonly clock: Clock;
  /** Whether other processes may leave work here: then a wake-up is not to be waited for too long. */
  readonly isShared: boolean;
  /** Who may enter the console. */
  readonly access: AccessStore;

  /**
   * Inserts what is new; `(source, externalId)` already known is counted, not stored twice. A store may leave in line what
   * could be claimed `atOnce`. Throws STORE_UNAVAILABLE.
   */
  recordRequest(request: ReceivedRequest, atOnce?: ClaimAtOnce): Promise<Receipt>;

  /** Due events in the order of arrival; the end of a lease or of a delay makes an event due again. Counts the try. */
  claimEvents(claim: EventClaim): Promise<readonly ClaimedEvent[]>;
  /**
   * Remembers what each event links, one after the other, and says whose it is by what is known up to it: in a batch or
   * alone, an event is resolved the same. Doing it again changes nothing.
   */
  stitch(stitchings: readonly Stitching[]): Promise<readonly Resolution[]>;
  /** Whose each of these is, without remembering anything. */
  resolve(items: readonly (readonly Identifier[])[]): Promise<readonly Resolution[]>;
  /** The known identifiers that a text may mean: `kind:value`, or a value of whatever kind. */
  findIdentifiers(text: string): Promise<readonly Identifier[]>;
  /** Who it belongs to, by what is linked now; undefined for one that no event carried. */
  findPerson(identifier: Identifier): Promise<Person | undefined>;
  /**
   * Erases the person whose it is: their events with all that came of them, what others' events tell of them, and the
   * links. Leases on any of it are lost, and the same events are not taken again. Bounded at a time, not in all: it looks
   * through everything that is stored. After a crash in the middle the same call finishes it.
   */
  forget(identifier: Identifier): Promise<Forgotten>;
  /** Moves each event and queues its drafts, or neither; false for one whose lease was lost. */
  settleTranslations(settlements: readonly TranslationSettlement[]): Promise<readonly boolean[]>;

  /**
   * Due deliveries of one destination, first due first, as many as its lane lets through; the end of a lease makes a
   * delivery due again. Of one person only what was queued first: the next one stays behind until that is settled.
   */
  claimDeliveries(claim: DeliveryClaim): Promise<ClaimedDeliveries>;
  /** Appends the attempts, moves the deliveries and their lane. */
  settleDeliveries(settlement: DeliverySettlement): Promise<SettledDeliveries>;

  /** Of every destination that has had deliveries or was paused. */
  lanes(): Promise<readonly Lane[]>;
  /** `change` is pure and may be asked more than once. */
  changeLane(destination: string, change: (lane: Lane) => Lane): Promise<Lane>;

  /** When work next falls due: a retry, a delay or lease that ends, or a time already past; null when nothing is open. */
  nextDueAt(
    work:
      | { readonly kind: 'events' }
      | { readonly kind: 'deliveries'; readonly destination: string }
      /** The next step of a replay. */
      | { readonly kind: 'replays' },
  ): Promise<Date | null>;

  getEvent(id: EventId): Promise<EventDetail | undefined>;
  /** However rare what is looked for is, one page looks at a bounded number of events. */
  listEvents(filter: EventFilter, page: EventPageRequest): Promise<EventPage>;
  /** The events that are called so: by our id, by that of a delivery, or by their sender's. */
  findEvents(name: string): Promise<NamedEvents | undefined>;
  /** How many were received or queued within these times and are where they are now; counts up to a thousand of each line. */
  countWithin(within: CountedWithin): Promise<Counts>;
  getDelivery(id: DeliveryId): Promise<DeliveryDetail | undefined>;
  listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliverySummary>>;
  stats(): Promise<Stats>;
  /** What happened when, the earliest first; costs the same however much is stored, and only minutes of the last days are told apart. */
  series(range: SeriesRange): Promise<readonly SeriesPoint[]>;
  /** Counts what left nothing else behind. */
  recordRefusals(refusals: readonly Refusals[], now: Date): Promise<void>;

  /**
   * Erases what is past its retention, oldest first. An event goes whole, when it and all its deliveries have been settled for
   * so long: with deliveries, attempts and marks of identifiers, and its request with the last event in it; counters follow, and minutes of the series become hours.
   * What is received, pending or in flight stays. The dedupe key stays as a digest, so that a retry of the sender is a
   * duplicate. The cost does not grow with what is kept: an event that stays is looked at again when it may be due.
   */
  purge(order: Purge): Promise<Purged>;

  condition(): Promise<StoreCondition>;
  /**
   * Looks at everything stored, slowly and beside all other work, and compares it with what was written; what it finds is in
   * `condition` afterwards. False when it was stopped before the end.
   */
  examine(stop: AbortSignal): Promise<boolean>;

  /** Resolves when a write has been committed; rejects with STORE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
