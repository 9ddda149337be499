import type { RetrySettings } from '../destinations/destination.ts';
import type { Attempt } from '../model/attempt.ts';
import { addMs } from '../model/clock.ts';
import type { ClaimedDelivery, Settlement } from '../model/delivery.ts';
import { backoffMs } from './backoff.ts';

export interface SettleContext {
  readonly policy: RetrySettings;
  readonly now: Date;
  /** [0, 1). */
  readonly random: () => number;
}

/** The whole retry decision: what an attempt's outcome makes of its delivery. */
export function settle(delivery: ClaimedDelivery, attempt: Attempt, context: SettleContext): Settlement {
  const { policy, now, random } = context;
  const { outcome } = attempt;
  const settled = { delivery, attempt, settledAt: now };
  switch (outcome.kind) {
    case 'delivered':
      return { to: 'delivered', ...settled };
    case 'fail':
      return { to: 'dead', reason: outcome.reason, ...settled };
    case 'retry': {
      const delayMs = backoffMs({ number: attempt.number, retryAfterMs: outcome.retryAfterMs }, policy, random);
      const dueAt = addMs(now, delayMs);
      const expiresAt = addMs(delivery.createdAt, policy.max_age_hours * 3_600_000);
      const exhausted = attempt.number >= policy.max_attempts || dueAt > expiresAt;
      return exhausted
        ? { to: 'dead', reason: 'attempts_exhausted', ...settled }
        : { to: 'pending', dueAt, ...settled };
    }
  }
}

/** Back in line without an attempt spent, when shutdown takes the worker away. */
export function release(delivery: ClaimedDelivery, now: Date): Settlement {
  return { to: 'released', delivery, settledAt: now };
}
