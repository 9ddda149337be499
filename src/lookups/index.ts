import { hubspotContact } from './hubspot-contact.ts';
import { hubspotStages } from './hubspot-stages.ts';
import type { Lookup } from './lookup.ts';
import { stripeCustomer } from './stripe-customer.ts';
import { stripeRelatedObject } from './stripe-related-object.ts';
import { stripeSubscription } from './stripe-subscription.ts';

/** Everything a mapping may look up. */
export const lookups: readonly Lookup[] = [
  hubspotContact,
  hubspotStages,
  stripeCustomer,
  stripeSubscription,
  stripeRelatedObject,
];

export const lookupNamed = (name: string): Lookup | undefined => lookups.find((lookup) => lookup.name === name);
