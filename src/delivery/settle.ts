import type { CommonSettings } from '../destinations/destination.ts';
import type { Attempt, Outcome } from '../model/attempt.ts';
import { causeOf } from '../model/cause.ts';
import { addMs } from '../model/clock.ts';
import type { ClaimedDelivery, Settlement } from '../model/delivery.ts';
import { backoffMs } from './backoff.ts';

export interface SettleContext {
  readonly policy: Pick<CommonSettings, 'retry' | 'ambiguous'>;
  /** Made to find out whether the destination works again: what fails then is not the payload's fault. */
  readonly isProbe: boolean;
  readonly now: Date;
  /** [0, 1). */
  readonly random: () => number;
}

/** The whole retry decision: what an attempt's outcome makes of its delivery. */
export function settle(delivery: ClaimedDelivery, attempt: Attempt, context: SettleContext): Settlement {
  const { outcome } = attempt;
  const settled = { delivery, attempt, settledAt: context.now };
  switch (outcome.kind) {
    case 'delivered':
      return { to: 'delivered', ...settled };
    case 'fail':
      return { to: 'dead', reason: outcome.reason, cause: causeOf(outcome.message), ...settled };
    case 'retry':
      return retried(outcome, settled, context);
  }
}

type Retry = Extract<Outcome, { kind: 'retry' }>;
type Settled = Pick<Settlement, 'delivery' | 'settledAt'> & { readonly attempt: Attempt };

function retried(outcome: Retry, settled: Settled, { policy, isProbe, now, random }: SettleContext): Settlement {
  const { delivery } = settled;
  const { reason, message, retryAfterMs, ambiguous } = outcome;
  if (ambiguous === true && policy.ambiguous === 'dead') {
    return { to: 'dead', reason, cause: causeOf(message), ...settled };
  }
  // The lane itself waits; behind its gate this one comes after those that are due already.
  if (outcome.lane !== undefined) {
    return { to: 'pending', dueAt: addMs(now, retryAfterMs ?? 0), counts: false, ...settled };
  }
  const number = delivery.failures + 1;
  const delayMs = backoffMs({ number, retryAfterMs, isAmbiguous: ambiguous === true }, policy.retry, random);
  const dueAt = addMs(now, delayMs);
  const expiresAt = addMs(delivery.failingSince ?? now, policy.retry.max_age_hours * 3_600_000);
  const isExhausted = dueAt > expiresAt || (!isProbe && number >= policy.retry.max_attempts);
  return isExhausted
    ? { to: 'dead', reason: 'attempts_exhausted', cause: causeOf(message), ...settled }
    : { to: 'pending', dueAt, counts: !isProbe, ...settled };
}

/** Back in line without an attempt spent, when shutdown takes the worker away. */
export function release(delivery: ClaimedDelivery, now: Date): Settlement {
  return { to: 'released', delivery, settledAt: now };
}
