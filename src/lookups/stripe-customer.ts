import type { z } from 'zod';
import { defineLookup } from './lookup.ts';
import { readStripe, stripeIdArguments, stripeRequest } from './stripe-answer.ts';

const args = stripeIdArguments("The customer's id, `cus_…`.");

export const stripeCustomer = defineLookup<z.output<typeof args>>({
  name: 'stripe.customer',
  sourceType: 'stripe',
  description: 'A customer: e-mail, name, phone, metadata.',
  gives: "Stripe's customer object",
  docs: 'https://docs.stripe.com/api/customers/retrieve',
  needs: 'a restricted key that may read customers',
  args,
  keptMs: 60_000,
  changesWithEvents: true,
  request: ({ id, account }, api) => stripeRequest({ path: `/v1/customers/${encodeURIComponent(id)}`, account }, api),
  read: (answer, { id }, now) =>
    readStripe(answer, { what: `customer ${id}`, permission: 'the permission to read customers' }, now),
});
