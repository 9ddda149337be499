import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import { type Doorkeeper, sessionEnded } from './access/doorkeeper.ts';
import { type KnownHosts, requireKnownHost, requireOwnOrigin } from './access/hosts.ts';
import { type AdminProxy, userOfProxy } from './access/proxy.ts';
import { secretIn } from './access/session-cookie.ts';
import { admit, type Visitor } from './access/visitor.ts';

/** Wrong tokens one address may send within a window before it has to wait. */
const failuresMax = 10;
const windowMs = 60_000;
/** Addresses remembered at once; the oldest are forgotten first. */
const addressesMax = 10_000;

export interface AuthDependencies {
  readonly token: string;
  readonly clock: Clock;
  readonly doorkeeper: Doorkeeper;
  readonly hosts: KnownHosts;
  readonly proxy: AdminProxy | undefined;
}

/**
 * Lets in scripts by the bearer token in the Authorization header, never in a URL and compared in constant time; browsers
 * by the cookie of their session, or by the word of the proxy.
 */
export function requireVisitor({ token, clock, doorkeeper, hosts, proxy }: AuthDependencies): RequestHandler {
  const expected = digest(token);
  const failures = new Failures();
  const isToken = (authorization: string): boolean => timingSafeEqual(digest(bearerOf(authorization)), expected);

  const byBrowser = async (request: Request): Promise<Visitor | undefined> => {
    const user = userOfProxy(request, proxy);
    if (user !== undefined) return { by: 'proxy', user };
    const secret = proxy?.userHeader === undefined ? secretIn(request) : undefined;
    if (secret === undefined || request.headers.authorization !== undefined) return undefined;
    const session = await doorkeeper.visit(secret);
    if (session === undefined) throw sessionEnded();
    return { by: 'password', session };
  };

  return async (request, response, next) => {
    const { authorization } = request.headers;
    const address = request.socket.remoteAddress ?? '';
    const waitMs = failures.waitMs(address, clock.now().getTime());
    if (authorization !== undefined && waitMs <= 0 && isToken(authorization)) {
      admit(request, { by: 'token' });
      return next();
    }
    const visitor = await byBrowser(request);
    if (visitor !== undefined) {
      requireKnownHost(request, hosts);
      if (!isSafe(request)) requireOwnOrigin(request, hosts);
      admit(request, visitor);
      return next();
    }
    if (waitMs > 0) return next(refuseForNow(response, waitMs));
    // Without any it is no guess, and a web page can make its visitor's browser send those: they must not lock anyone out.
    if (authorization !== undefined) failures.add(address, clock.now().getTime());
    response.setHeader('WWW-Authenticate', 'Bearer');
    next(new GatewayError('UNAUTHORIZED', 'the API needs a bearer token', { hint }));
  };
}

const isSafe = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

function refuseForNow(response: Response, waitMs: number): GatewayError {
  response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  return new GatewayError('TOO_MANY_FAILURES', 'too many wrong tokens from this address');
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
