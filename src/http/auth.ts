import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';

/** Failed tries one address may make within a window before it has to wait. */
const failuresMax = 10;
const windowMs = 60_000;
/** Addresses remembered at once; the oldest are forgotten first. */
const addressesMax = 10_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Bearer token in the Authorization header, never in a URL; compared in constant time. */
export function requireToken(token: string, clock: Clock): RequestHandler {
  const expected = digest(token);
  const failures = new Map<string, { readonly since: number; readonly count: number }>();
  return (request, response, next) => {
    const address = request.socket.remoteAddress ?? '';
    const now = clock.now().getTime();
    const before = failures.get(address);
    const current = before !== undefined && now - before.since < windowMs ? before : { since: now, count: 0 };
    if (current.count >= failuresMax) {
      response.setHeader('Retry-After', String(Math.ceil((current.since + windowMs - now) / 1000)));
      next(new GatewayError('TOO_MANY_FAILURES', 'too many wrong tokens from this address'));
      return;
    }
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    failures.delete(address);
    failures.set(address, { since: current.since, count: current.count + 1 });
    const oldest = failures.size > addressesMax ? failures.keys().next().value : undefined;
    if (oldest !== undefined) failures.delete(oldest);
    next(
      new GatewayError('UNAUTHORIZED', 'the API needs a bearer token', {
        hint: 'send Authorization: Bearer <token>; the token is in DATA_DIR/admin-token unless ADMIN_TOKEN is set',
      }),
    );
  };
}
