import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';

/** Wrong tokens one address may send within a window before it has to wait. */
const failuresMax = 10;
const windowMs = 60_000;
/** Addresses remembered at once; the oldest are forgotten first. */
const addressesMax = 10_000;

/** Bearer token in the Authorization header, never in a URL; compared in constant time. */
export function requireToken(token: string, clock: Clock): RequestHandler {
  const expected = digest(token);
  const failures = new Failures();
  return (request, response, next) => {
    const address = request.socket.remoteAddress ?? '';
    const now = clock.now().getTime();
    const waitMs = failures.waitMs(address, now);
    if (waitMs > 0) {
      response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
      return next(new GatewayError('TOO_MANY_FAILURES', 'too many wrong tokens from this address'));
    }
    const { authorization } = request.headers;
    if (authorization !== undefined && timingSafeEqual(digest(bearerOf(authorization)), expected)) return next();
    // Without any it is no guess, and a web page can make its visitor's browser send those: they must not lock anyone out.
    if (authorization !== undefined) failures.add(address, now);
    response.setHeader('WWW-Authenticate', 'Bearer');
    next(new GatewayError('UNAUTHORIZED', 'the API needs a bearer token', { hint }));
  };
}

const hint = 'send Authorization: Bearer <token>; the token is in DATA_DIR/admin-token unless ADMIN_TOKEN is set';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const bearerOf = (authorization: string): string => /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '';

/** The wrong tokens of each address within the window that its first one opened. */
class Failures {
  readonly #failures = new Map<string, { readonly since: number; readonly count: number }>();

  /** 0 when the address may try. */
  waitMs(address: string, now: number): number {
    const { since, count } = this.#current(address, now);
    return count < failuresMax ? 0 : since + windowMs - now;
  }

  add(address: string, now: number): void {
    const { since, count } = this.#current(address, now);
    this.#failures.delete(address);
    this.#failures.set(address, { since, count: count + 1 });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > addressesMax && oldest !== undefined) this.#failures.delete(oldest);
  }

  #current(address: string, now: number): { readonly since: number; readonly count: number } {
    const failures = this.#failures.get(address);
    // In both directions, because a clock may have been set back.
    return failures !== undefined && Math.abs(now - failures.since) < windowMs ? failures : { since: now, count: 0 };
  }
}
