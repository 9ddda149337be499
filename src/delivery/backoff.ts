import type { RetrySettings } from '../destinations/destination.ts';

/** What a delay depends on besides the destination's policy. */
export interface FailedAttempt {
  /** 1 for the first try. */
  readonly number: number;
  /** What the destination asked for: never sooner, whatever the policy says. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * How long to wait after a failed attempt. Full jitter (any time up to the doubling, capped bound) spreads out the
 * deliveries that one outage has made fail together. `random` yields [0, 1).
 */
export function backoffMs(attempt: FailedAttempt, policy: RetrySettings, random: () => number): number {
  const bound = Math.min(policy.cap_ms, policy.base_ms * 2 ** (attempt.number - 1));
  return Math.max(attempt.retryAfterMs ?? 0, Math.floor(random() * bound));
}
