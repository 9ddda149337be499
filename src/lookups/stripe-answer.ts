import { z } from 'zod';
import { parseRetryAfter } from '../delivery/retry-after.ts';
import type { GetRequest } from '../delivery/send.ts';
import type { Answer } from '../model/attempt.ts';
import type { SourceApi } from '../model/source-api.ts';
import { readObject } from './answer.ts';
import { idArgument, type Reading } from './lookup.ts';

/** Said with every request, so that answers have the same shape whatever version an account is on. */
const apiVersion = '2026-10-28.endive';

export const accountArgument = idArgument
  .optional()
  .meta({ description: 'For Connect: the account it belongs to, `account` in the event.' });

export interface Asked {
  /** Starts with a slash. */
  readonly path: string;
  readonly account: string | number | undefined;
}

export function stripeRequest({ path, account }: Asked, { url, token }: Pick<SourceApi, 'url' | 'token'>): GetRequest {
  return {
    method: 'GET',
    url: `${url}${path}`,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'stripe-version': apiVersion,
      ...(account === undefined ? {} : { 'stripe-account': String(account) }),
    },
  };
}

/** Where Stripe says nothing else. */
const throttledMs = 1_000;

/** `what` was asked for, as in `customer cus_1`; `permission` is what a restricted key must have. */
export function readStripe(
  answer: Answer,
  { what, permission }: { readonly what: string; readonly permission: string },
  now: Date,
): Reading {
  switch (answer.status) {
    case 401:
      return { kind: 'fail', message: 'Stripe refused the key (401): set api_key to a key of this account and mode' };
    case 403:
      return { kind: 'fail', message: `Stripe refused the key (403): give the restricted key ${permission}` };
    case 404:
      return { kind: 'missing', message: `Stripe has no ${what} (404)` };
    case 429: {
      const ms = parseRetryAfter(answer.headers['retry-after'], now) ?? throttledMs;
      return { kind: 'retry', message: 'Stripe is asked too often (429)', pause: { ms, grows: true } };
    }
    default: {
      const read = readObject(answer, 'Stripe', now);
      if (!('body' in read)) return read;
      // Of what was deleted Stripe still knows the id.
      if (read.body.deleted === true) return { kind: 'missing', message: `Stripe says that ${what} was deleted` };
      return { kind: 'found', value: read.body };
    }
  }
}

/** Of what an id names. */
export const stripeIdArguments = (id: string) =>
  z.strictObject({ id: idArgument.meta({ description: id }), account: accountArgument });
