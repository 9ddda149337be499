import type { RetrySettings } from '../destinations/destination.ts';

/** What a delay depends on besides the destination's policy. */
export interface FailedAttempt {
  /** 1 for the first one that counts. */
  readonly number: number;
  /** What the destination asked for: never sooner, whatever the policy says. */
  readonly retryAfterMs?: number | undefined;
  /** The payload may have arrived: a copy should not follow on its heels. */
  readonly isAmbiguous?: boolean;
}

/**
 * How long to wait after a failed attempt. Full jitter (any time up to the doubling, capped bound) spreads out the
 * deliveries that one outage has made fail together; after an ambiguous one the wait is the bound at least. `random`
 * yields [0, 1).
 */
export function backoffMs(attempt: FailedAttempt, policy: RetrySettings, random: () => number): number {
  const bound = Math.min(policy.cap_ms, policy.base_ms * 2 ** (attempt.number - 1));
  const delayMs = Math.floor((attempt.isAmbiguous === true ? 1 + random() : random()) * bound);
  return Math.max(attempt.retryAfterMs ?? 0, Math.min(policy.cap_ms, delayMs));
}
