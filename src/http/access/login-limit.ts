import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import { addMs, type Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';

/** Wrong passwords and links that one address may send within a window. */
const failuresMax = 10;
const windowMs = 15 * 60_000;
/** Addresses remembered at once; the oldest are forgotten first. */
const addressesMax = 10_000;

/** One who owns an IPv6 network has more addresses in it than there are passwords to try. */
const keyOf = ({ ip = '' }: Request): string => ipKeyGenerator(ip);

/** Refuses an address that has sent too many wrong ones, the right one too. Those under way count, so that none slips by. */
export function limitLogins(clock: Clock): RequestHandler {
  const windows = new Windows(clock);
  return rateLimit({
    windowMs,
    limit: failuresMax,
    keyGenerator: keyOf,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    store: windows,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (request, response, next) => {
      response.setHeader('Retry-After', String(Math.ceil(windows.waitMs(keyOf(request)) / 1000)));
      next(new GatewayError('TOO_MANY_FAILURES', 'too many wrong passwords from this address'));
    },
  });
}

interface Window {
  readonly startedAt: Date;
  hits: number;
}

/** By the gateway's clock, and without the timer that the library's own has. */
class Windows implements Store {
  readonly localKeys = true;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  increment(key: string): { readonly totalHits: number; readonly resetTime: undefined } {
    const window = this.#window(key);
    window.hits += 1;
    // Where the library knew when it ends, it would go by a clock of its own.
    return { totalHits: window.hits, resetTime: undefined };
  }

  waitMs(key: string): number {
    return addMs(this.#window(key).startedAt, windowMs).getTime() - this.#clock.now().getTime();
  }

  decrement(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined && window.hits > 0) window.hits -= 1;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  #window(key: string): Window {
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
