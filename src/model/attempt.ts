import type { AttemptId, DeliveryId } from './id.ts';

export const failureReasons = [
  'timeout',
  'unreachable',
  'throttled',
  'server_error',
  'rejected',
  'unauthorized',
  'invalid_payload',
  'filtered',
  'redirected',
  'attempts_exhausted',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** What the other side answers to one request, bounded: of a destination's answer at most 64 KB of body are ever read. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is kept of an answer: the status and the first 2 KB of its text. */
export interface ResponseSummary {
  readonly status: number;
  readonly body: string;
}

/**
 * What an answer means for one delivery. `lane` marks an answer that concerns the destination as a whole, not this one
 * payload: wrong credentials, or an address that is gone.
 */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly reason: FailureReason; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'fail';
      readonly reason: FailureReason;
      readonly message: string;
      readonly lane?: 'credentials' | 'gone';
    };

/** What came of one try. A value, never an exception: failing is normal here. */
export type Outcome = Verdict & { readonly response?: ResponseSummary };

export const outcomeKinds = ['delivered', 'retry', 'fail'] as const satisfies readonly Verdict['kind'][];

/** One try of a delivery, kept in its history. */
export interface Attempt {
  readonly id: AttemptId;
  readonly deliveryId: DeliveryId;
  /** 1 for the first try. */
  readonly number: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly outcome: Outcome;
}
