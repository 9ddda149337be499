import type { AttemptId, DeliveryId } from './id.ts';
import type { LaneTrouble } from './lane.ts';

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

/** What an answer can say of a destination as a whole, and not of one payload. */
export type LaneWide = Exclude<LaneTrouble, 'failing'>;

/** What an answer means for one delivery. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly reason: FailureReason;
      readonly message: string;
      readonly retryAfterMs?: number;
      /** The whole lane waits, and the attempt does not count against the delivery. */
      readonly lane?: LaneWide;
      /** The payload may have arrived: it was sent, and no answer says what became of it. */
      readonly ambiguous?: true;
    }
  | { readonly kind: 'fail'; readonly reason: FailureReason; readonly message: string };

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
