import type { FailureReason } from '../model/attempt.ts';
import type { DeliveryStatus } from '../model/delivery.ts';
import type { ClaimedEvent, EventFailure } from '../model/event.ts';
import type { DeliveryId, EventId, ReplayId } from '../model/id.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../model/replay.ts';

/** What went wrong in the same way: kept as counters, so that asking costs the same with a million dead letters. */
interface ProblemGroup {
  /** The message without what differs from one to the next (see causeOf). */
  readonly cause: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export interface DeadGroup extends ProblemGroup {
  readonly destination: string;
  readonly reason: FailureReason;
  /** The one that died last. */
  readonly example: DeliveryId;
}

export interface FailedGroup extends ProblemGroup {
  readonly source: string;
  readonly reason: EventFailure;
  /** The one that was received last; the times too are those of receipt. */
  readonly example: EventId;
}

/** The largest groups first, a hundred of each at most. */
export interface Problems {
  readonly deliveries: readonly DeadGroup[];
  readonly events: readonly FailedGroup[];
}

/** Which dead deliveries: all that fit every member that is there. */
export interface DeadFilter {
  readonly destination?: string | undefined;
  readonly reason?: FailureReason | undefined;
  readonly cause?: string | undefined;
  /** Died at this time or later, and before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export interface DeadCount {
  readonly destination: string;
  readonly reason: FailureReason;
  readonly count: number;
}

export interface Redelivery {
  /** Those of these ids that are dead, or the first `limit` that died of those that fit the filter. */
  readonly which: { readonly ids: readonly DeliveryId[] } | { readonly filter: DeadFilter; readonly limit: number };
  /** When the first of them is due; each further one so much later. */
  readonly dueAt: Date;
  readonly everyMs: number;
}

export const cancellableStatuses = ['pending', 'dead'] as const satisfies readonly DeliveryStatus[];
export type CancellableStatus = (typeof cancellableStatuses)[number];

/** Which deliveries of a destination to give up: all that fit every member that is there. */
export interface OpenFilter {
  readonly destination: string;
  readonly status: CancellableStatus;
  /** Of dead ones. */
  readonly reason?: FailureReason | undefined;
  readonly cause?: string | undefined;
  /** Queued or died before this. */
  readonly until?: Date | undefined;
}

export interface Cancellation {
  readonly filter: OpenFilter;
  /** The oldest so many of those that fit. */
  readonly limit: number;
  readonly now: Date;
}

/** A delivery that an operator moved. */
export interface MovedDelivery {
  readonly id: DeliveryId;
  readonly destination: string;
}

/** A stored event as a replay would take it, with what has been made of it. */
export interface ReplayCandidate {
  readonly event: Omit<ClaimedEvent, 'claimedBy' | 'tries' | 'inLineSince'>;
  /** In the order in which they were made. */
  readonly deliveries: readonly {
    readonly destination: string;
    /** The file that made it. */
    readonly mapping: string;
    readonly outgoingId: string;
    readonly status: DeliveryStatus;
    readonly payload: string;
  }[];
}

export interface ReplayCandidates {
  readonly candidates: readonly ReplayCandidate[];
  /** Where the next ones begin; null after the last. */
  readonly next: string | null;
}

/** What an operator does with what went wrong. */
export interface RepairStore {
  problems(): Promise<Problems>;

  /** How many dead deliveries fit, where there are any. */
  countDead(filter: DeadFilter): Promise<readonly DeadCount[]>;
  /**
   * Puts dead deliveries back in line as they are, for as many attempts as a new one. What is behind them in their
   * person's line waits for them again.
   */
  redeliver(redelivery: Redelivery): Promise<readonly MovedDelivery[]>;
  /** Gives up those of these that are pending or dead, and lets their persons' lines go on without them. */
  cancelDeliveries(ids: readonly DeliveryId[], now: Date): Promise<readonly MovedDelivery[]>;
  /** The same for the oldest of those that fit. */
  cancelFirst(cancellation: Cancellation): Promise<readonly MovedDelivery[]>;

  /** Those that fit and can be replayed, in the order in which they were received; nothing is claimed. */
  replayCandidates(
    filter: ReplayFilter,
    page: { readonly limit: number; readonly from?: string | undefined },
  ): Promise<ReplayCandidates>;
  /** How many of the events that fit can be replayed, and how many no mapping will ever see. */
  countReplayable(filter: ReplayFilter): Promise<{ readonly replayable: number; readonly unusable: number }>;
  /**
   * Begins one over what was received up to now. Its events go back in line step by step with `continueReplays`; when
   * `settleTranslations` moves one, what is done with each draft is for payloadFate to say: a delivery made `again` bears
   * `replayOf` of the newest one, which becomes cancelled if it was dead.
   */
  startReplay(order: ReplayOrder, now: Date): Promise<Replay>;
  /** The next step of every replay that is due: puts events back in line as its pace allows. Tells how many. */
  continueReplays(now: Date): Promise<number>;
  getReplay(id: ReplayId): Promise<Replay | undefined>;
  /** Newest first, a hundred at most. */
  listReplays(): Promise<readonly Replay[]>;
  /** Puts nothing more in line; what is in line is translated. False where it has ended. */
  cancelReplay(id: ReplayId, now: Date): Promise<boolean>;
}
