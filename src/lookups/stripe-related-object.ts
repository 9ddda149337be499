import { z } from 'zod';
import { defineLookup } from './lookup.ts';
import { accountArgument, readStripe, stripeRequest } from './stripe-answer.ts';

/** A path of Stripe's API and nothing else: no host, no way up, no query. */
const path = z.string().regex(/^\/v[12](?:\/\w[\w-]*)+$/, {
  error: 'must be the related_object.url of a thin event, as in /v1/invoices/in_1',
});

const args = z.strictObject({
  url: path.meta({ description: 'The `related_object.url` of a thin event, a path that starts with /v1/ or /v2/.' }),
  account: accountArgument,
});

export const stripeRelatedObject = defineLookup<z.output<typeof args>>({
  name: 'stripe.related_object',
  sourceType: 'stripe',
  description: 'What a thin event is about, as it is now.',
  gives: 'the object as the API gives it: an invoice, a customer …',
  docs: 'https://docs.stripe.com/webhooks#fetch-related-object',
  needs: 'a restricted key that may read what your events are about',
  args,
  keptMs: 60_000,
  changesWithEvents: true,
  request: ({ url, account }, api) => stripeRequest({ path: url, account }, api),
  read: (answer, { url }, now) =>
    readStripe(answer, { what: url, permission: `the permission to read ${url.split('/')[2] ?? 'it'}` }, now),
});
