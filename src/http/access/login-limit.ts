import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import { addMs, type Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';

/** Wrong passwords and links that one address may send within a window. */
const failuresMax = 10;
const windowMs = 15 * 60_000;
/** Addresses remembered at once; the oldest are forgotten first. */
const addressesMax = 10_000;

/** Refuses an address that has sent too many wrong ones, the right one too. Those under way count, so that none slips by. */
export function limitLogins(clock: Clock): RequestHandler {
  return rateLimit({
    windowMs,
    limit: failuresMax,
    // One who owns an IPv6 network has more addresses in it than there are passwords to try.
    keyGenerator: ({ ip = '' }: Request) => ipKeyGenerator(ip),
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    store: new Windows(clock),
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (request, response, next) => {
      const { resetTime } = (request as Request & { readonly rateLimit: { readonly resetTime: Date } }).rateLimit;
      const waitMs = resetTime.getTime() - clock.now().getTime();
      response.setHeader('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))));
      next(new GatewayError('TOO_MANY_FAILURES', 'too many wrong passwords from this address'));
    },
  });
}

/** The library's own measures time by itself, and keeps a timer for it. */
class Windows implements Store {
  readonly localKeys = true;
  readonly #clock: Clock;
  readonly #windows = new Map<string, { readonly startedAt: Date; hits: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  increment(key: string): { readonly totalHits: number; readonly resetTime: Date } {
    const window = this.#window(key);
    window.hits += 1;
    return { totalHits: window.hits, resetTime: addMs(window.startedAt, windowMs) };
  }

  decrement(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined && window.hits > 0) window.hits -= 1;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  #window(key: string): { readonly startedAt: Date; hits: number } {
    const now = this.#clock.now();
    const kept = this.#windows.get(key);
    // In both directions, because a clock may have been set back.
    if (kept !== undefined && Math.abs(now.getTime() - kept.startedAt.getTime()) < windowMs) return kept;
    const window = { startedAt: now, hits: 0 };
    this.#windows.delete(key);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > addressesMax && oldest !== undefined) this.#windows.delete(oldest);
    return window;
  }
}
