import type { z } from 'zod';
import { defineLookup } from './lookup.ts';
import { readStripe, stripeIdArguments, stripeRequest } from './stripe-answer.ts';

const args = stripeIdArguments("The subscription's id, `sub_…`.");

export const stripeSubscription = defineLookup<z.output<typeof args>>({
  name: 'stripe.subscription',
  sourceType: 'stripe',
  description: 'A subscription: status, items, metadata.',
  gives: "Stripe's subscription object",
  docs: 'https://docs.stripe.com/api/subscriptions/retrieve',
  needs: 'a restricted key that may read subscriptions',
  args,
  keptMs: 60_000,
  changesWithEvents: true,
  request: ({ id, account }, api) =>
    stripeRequest({ path: `/v1/subscriptions/${encodeURIComponent(id)}`, account }, api),
  read: (answer, { id }, now) =>
    readStripe(answer, { what: `subscription ${id}`, permission: 'the permission to read subscriptions' }, now),
});
