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
  | { readonly status: 'pending'; readonly dueAt: Date }
  | { readonly status: 'in_flight'; readonly claimedBy: WorkerId; readonly leaseEndsAt: Date }
  | { readonly status: 'delivered'; readonly settledAt: Date }
  | { readonly status: 'dead'; readonly settledAt: Date; readonly reason: FailureReason }
  | { readonly status: 'cancelled'; readonly settledAt: Date };

/** The obligation to get one payload to one destination. */
export interface Delivery extends Draft {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  /** Attempts already made. */
  readonly attempts: number;
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
  | { readonly to: 'pending'; readonly attempt: Attempt; readonly dueAt: Date }
  | { readonly to: 'dead'; readonly attempt: Attempt; readonly reason: FailureReason }
  /** Shutdown took the worker away: back in line, no attempt spent. */
  | { readonly to: 'released' }
);
