import type { Attempt, FailureReason } from './attempt.ts';
import type { DeliveryId, EventId, WorkerId } from './id.ts';
import type { Stitch } from './identity.ts';

/** What a mapping produced for one destination, before it is queued. */
export interface Draft {
  readonly mapping: { readonly file: string; readonly version: string };
  /** Which of the mapping's `for_each` items this is; 0 without `for_each`. */
  readonly item: number;
  readonly destination: string;
  /** Constant over attempts, redeliver and replay; sent to destinations that take one. */
  readonly outgoingId: string;
  /** JSON text, frozen: every attempt sends these bytes. */
  readonly payload: string;
  /** Where its ids came from; null where the mapping writes the whole payload itself. */
  readonly stitch: Stitch | null;
  /** Whose it is (see personKey): what is one person's reaches a destination in order. Null where nobody can say. */
  readonly person: string | null;
  /** Under which other keys what is still on its way may be of the same person; it joins the line of `person`. */
  readonly formerly?: readonly string[];
}

/** A draft that tells its destination whom an anonymous id belongs to. */
export interface JoinDraft extends Draft {
  readonly join: {
    readonly userId: string;
    readonly anonymousId: string;
    /** It says nothing else, so it is dropped where the destination has been told before. */
    readonly isAll: boolean;
  };
}

export const deliveryStatuses = ['pending', 'in_flight', 'delivered', 'dead', 'cancelled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export type DeliveryState =
  /** `isBehind`: something earlier of the same person is not settled yet, so `dueAt` does not count so far. */
  | { readonly status: 'pending'; readonly dueAt: Date; readonly isBehind: boolean }
  /** `token`: grows with every claim, so that who lost the lease settles nothing. */
  | { readonly status: 'in_flight'; readonly claimedBy: WorkerId; readonly leaseEndsAt: Date; readonly token: number }
  | { readonly status: 'delivered'; readonly settledAt: Date }
  | { readonly status: 'dead'; readonly settledAt: Date; readonly reason: FailureReason }
  | { readonly status: 'cancelled'; readonly settledAt: Date };

/** The obligation to get one payload to one destination. */
export interface Delivery extends Omit<Draft, 'formerly'> {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  /** Attempts already made. */
  readonly attempts: number;
  /** Those of them that count against the destination's `retry` limits, and when the first of these failed. */
  readonly failures: number;
  readonly failingSince: Date | null;
  /** The delivery that this one was made anew of. */
  readonly replayOf: DeliveryId | null;
  readonly createdAt: Date;
  /** When the request arrived that it comes from. */
  readonly receivedAt: Date;
  readonly state: DeliveryState;
}

/** A delivery this worker holds the lease for; the only thing that can be attempted or settled. */
export type ClaimedDelivery = Delivery & { readonly state: Extract<DeliveryState, { status: 'in_flight' }> };

/** How a claimed delivery leaves the worker's hands. Made by `settle` and `release`, never by hand. */
export type Settlement = { readonly delivery: ClaimedDelivery; readonly settledAt: Date } & (
  | { readonly to: 'delivered'; readonly attempt: Attempt }
  | {
      readonly to: 'pending';
      readonly attempt: Attempt;
      readonly dueAt: Date;
      /** Whether the attempt counts against the limits of `retry`: not when the destination as a whole is in trouble. */
      readonly counts: boolean;
    }
  | {
      readonly to: 'dead';
      readonly attempt: Attempt;
      readonly reason: FailureReason;
      /** The message without what differs from one delivery to the next: dead letters are grouped by it. */
      readonly cause: string;
    }
  /** Shutdown took the worker away: back in line, no attempt spent. */
  | { readonly to: 'released' }
);
