import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';
import { lifetimes } from './changes.ts';
import { isByTls } from './hosts.ts';

const name = 'hookstitch_session';

/** What a browser has brought back of its session. */
export const secretIn = ({ headers: { cookie = '' } }: Request): string | undefined => parseCookie(cookie)[name];

const forOurPagesOnly = { name, path: '/', httpOnly: true, sameSite: 'strict' } as const;

export function setSessionCookie(request: Request, response: Response, secret: string): void {
  const maxAge = lifetimes.sessionMs / 1000;
  const cookie = { ...forOurPagesOnly, value: secret, maxAge, secure: isByTls(request) };
  response.setHeader('Set-Cookie', stringifySetCookie(cookie));
}

export function clearSessionCookie(request: Request, response: Response): void {
  const cookie = { ...forOurPagesOnly, value: '', maxAge: 0, secure: isByTls(request) };
  response.setHeader('Set-Cookie', stringifySetCookie(cookie));
}
