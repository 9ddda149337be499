import { isIP } from 'node:net';
import type { Request } from 'express';
import { GatewayError } from '../../model/error.ts';

export interface KnownHosts {
  /** The console's own URL where something is in front of it, as in https://hooks.example.com. */
  readonly adminUrl: string | undefined;
  /** More names that it is reached by. */
  readonly adminHosts: readonly string[];
}

/** Without its port; undefined for what is no host. */
function nameIn(host: string): string | undefined {
  const url = URL.parse(`http://${host}`);
  return url === null || url.pathname !== '/' || host.includes('@') ? undefined : url.hostname;
}

/**
 * A page of somebody else's that gives its own name our address (DNS rebinding) has the browser send that name. An address
 * needs no resolving, and `localhost` nobody else's answer.
 */
function isKnown(name: string, { adminUrl, adminHosts }: KnownHosts): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return adminHosts.includes(name) || (adminUrl !== undefined && nameIn(URL.parse(adminUrl)?.host ?? '') === name);
}

/** Throws HOST_REFUSED for a name that nobody has given the console. */
export function requireKnownHost({ headers: { host = '' } }: Request, hosts: KnownHosts): void {
  const name = nameIn(host);
  if (name !== undefined && isKnown(name, hosts)) return;
  throw new GatewayError('HOST_REFUSED', 'the console is not known by the name in this address', {
    hint: 'open it as localhost or by its IP address, or name it in ADMIN_URL or ADMIN_HOSTS',
  });
}

/** Throws ORIGIN_REFUSED for what a page of another origin has its visitor's browser send, and for what tells of none. */
export function requireOwnOrigin({ headers }: Request, { adminUrl }: KnownHosts): void {
  const { origin = '', host = '', 'sec-fetch-site': site = 'same-origin' } = headers;
  const given = URL.parse(origin);
  // With the scheme of the origin, so that its usual port may be there or not.
  const own = given === null ? undefined : URL.parse(`${given.protocol}//${host}`)?.origin;
  const isOwn = given !== null && given.origin !== 'null' && (given.origin === own || given.origin === adminUrl);
  if (isOwn && site === 'same-origin') return;
  throw new GatewayError('ORIGIN_REFUSED', 'this was not sent by a page of the console', {
    hint: 'a proxy in front of it must leave Host and Origin as they are, or ADMIN_URL name the address that browsers see; scripts send a bearer token',
  });
}

/** Whether the browser has come by TLS: then its cookie goes nowhere without. */
export const isByTls = ({ headers: { origin = '' } }: Request): boolean => origin.startsWith('https://');
