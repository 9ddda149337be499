/** A token bucket as a value: at most `perSecond` requests a second. */
export interface Allowance {
  readonly perSecond: number;
  readonly tokens: Tokens;
}

interface Tokens {
  /** Below zero where more was taken than there was. */
  readonly count: number;
  readonly countedAt: Date;
}

export interface Taken {
  readonly taken: number;
  readonly left: Tokens;
  /** How long until there will be one more. */
  readonly waitMs: number;
}

/** Clocks of replicas differ by less; one that is further back was set back. */
const skewMsMax = 10_000;
/** Of sums of fractions. */
const rounding = 1e-9;

/** Takes up to so many tokens. A clock that was set back refills nothing and takes nothing away. */
export function take({ perSecond, tokens }: Allowance, wanted: number, now: Date): Taken {
  const elapsedMs = now.getTime() - tokens.countedAt.getTime();
  const countedAt = elapsedMs > 0 || elapsedMs < -skewMsMax ? now : tokens.countedAt;
  const count = Math.min(capacity(perSecond), tokens.count + (Math.max(0, elapsedMs) * perSecond) / 1_000);
  const taken = Math.min(wanted, Math.max(0, Math.floor(count + rounding)));
  const left = taken === 0 ? count : Math.max(0, count - taken);
  const missing = Math.max(0, 1 - rounding - left);
  const aheadMs = countedAt.getTime() - now.getTime();
  return {
    taken,
    left: { count: left, countedAt },
    waitMs: missing === 0 ? 0 : Math.ceil((missing * 1_000) / perSecond) + aheadMs,
  };
}

/**
 * A tenth of a second's worth: when an outage ends, what has waited leaves evenly and not in a wave. Below ten a second
 * the bucket still has to hold the one token that a request takes.
 */
const capacity = (perSecond: number): number => Math.max(1, perSecond / 10);
