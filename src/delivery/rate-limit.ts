/** A token bucket as a value: at most `perSecond` requests a second, with a burst of one second's worth. */
export interface TokenBucket {
  readonly perSecond: number;
  readonly tokens: number;
  readonly countedAt: Date;
}

export function fullBucket(perSecond: number, now: Date): TokenBucket {
  return { perSecond, tokens: capacity(perSecond), countedAt: now };
}

/** Takes one token; or, where there is none, leaves the bucket as it is and says how long until there will be. */
export function takeToken(bucket: TokenBucket, now: Date): { readonly bucket: TokenBucket; readonly waitMs: number } {
  const tokens = tokensAt(bucket, now);
  if (tokens >= 1) return { bucket: { ...bucket, tokens: tokens - 1, countedAt: now }, waitMs: 0 };
  return { bucket, waitMs: Math.ceil(((1 - tokens) * 1_000) / bucket.perSecond) };
}

/** A clock that was set back refills nothing and takes nothing away. */
function tokensAt({ perSecond, tokens, countedAt }: TokenBucket, now: Date): number {
  const elapsedMs = Math.max(0, now.getTime() - countedAt.getTime());
  return Math.min(capacity(perSecond), tokens + (elapsedMs * perSecond) / 1_000);
}

/** Below one a second the bucket still has to hold the one token that a request takes. */
const capacity = (perSecond: number): number => Math.max(1, perSecond);
