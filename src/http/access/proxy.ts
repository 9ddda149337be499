import { createHash, timingSafeEqual } from 'node:crypto';
import { type BlockList, isIPv6 } from 'node:net';
import type { Request } from 'express';

/** What stands before the admin port and is believed. */
export interface AdminProxy {
  readonly addresses: BlockList;
  /** What it sends as X-Hookstitch-Proxy-Secret, so that nobody else at these addresses is taken for it. */
  readonly secret: string | undefined;
  /** The header in which it names who has logged in with it, in lower case; without one it only passes requests on. */
  readonly userHeader: string | undefined;
}

const secretHeader = 'x-hookstitch-proxy-secret';

/** The longest name that is shown. */
const userLengthMax = 200;

export const isProxyAddress = ({ addresses }: AdminProxy, address: string): boolean =>
  addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** Who has logged in with the proxy; undefined unless the request is the proxy's and names one user. */
export function userOfProxy(request: Request, proxy: AdminProxy | undefined): string | undefined {
  if (proxy?.userHeader === undefined) return undefined;
  if (!isProxyAddress(proxy, request.socket.remoteAddress ?? '')) return undefined;
  if (proxy.secret !== undefined && !isSame(headerIn(request, secretHeader) ?? '', proxy.secret)) return undefined;
  const user = headerIn(request, proxy.userHeader)?.trim() ?? '';
  // Two names in one line are two headers, joined on their way: one of them may not be the proxy's.
  return user === '' || user.length > userLengthMax || user.includes(',') ? undefined : user;
}

/** Undefined where it came twice. */
function headerIn({ headersDistinct }: Request, name: string): string | undefined {
  const values = headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
