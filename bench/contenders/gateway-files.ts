import { hubspotSecret } from '../load/hubspot-requests.ts';
import { stripeSecret } from '../load/stripe-requests.ts';

/** The files under which the gateway runs in the bench; naive/ makes the same payloads. */

export const keys = {
  usermaven: { api_key: 'UM_KEY', server_token: 'um-server-token' },
  vemetric: { token: 'vemetric-token' },
  umami: { website_id: '5f0c6a3e-2b7d-4c1a-9e48-7d1b2f3a4c5d', hostname: 'example.com' },
  segment: { write_key: 'segment-write-key' },
} as const;

export type DestinationName = keyof typeof keys;
export const allDestinations = Object.keys(keys) as readonly DestinationName[];

export interface DestinationSetup {
  /** Its type in gateway.yaml. */
  readonly type: DestinationName;
  /** Its name in gateway.yaml and at the sink. */
  readonly name: string;
  /** Over the defaults. */
  readonly settings?: object;
}

/** The content of gateway.yaml. */
export const gatewayFile = (sinkUrl: string, destinations: readonly DestinationSetup[]): object => ({
  version: 1,
  sources: {
    stripe: { type: 'stripe', secret: stripeSecret },
    hubspot: { type: 'hubspot', secret: hubspotSecret },
  },
  destinations: Object.fromEntries(
    destinations.map(({ type, name, settings }) => [
      name,
      { type, ...keys[type], url: `${sinkUrl}/${name}`, allow_private_address: true, ...settings },
    ]),
  ),
});

/** A completed checkout of twenty fields, whoever it is: the mapping under which most is measured. */
export const checkoutMapping = (destinations: readonly string[], name = 'Checkout'): string => `version: 1
name: ${name}
source: stripe
events: [checkout.session.completed]
let:
  session: =data.object
  plans: { subscription: Subscription, payment: One-off }
event:
  name: Checkout Completed
  id: =id
  timestamp: =created
  user:
    id: =$session.metadata.user_id
    anonymous_id: =$session.metadata.usermaven_anonymous_id
    email: =$lowercase($session.customer_details.email)
    first_name: =$substringBefore($session.customer_details.name, " ")
    last_name: =$substringAfter($session.customer_details.name, " ")
    traits:
      customer: =$session.customer
      country: =$session.customer_details.address.country
  revenue: =$money($session.amount_total, $session.currency)
  attributes:
    plan: =$session.metadata.plan
    mode: =$lookup($plans, $session.mode)
    amount: =$session.amount_total / 100
    subtotal: =$session.amount_subtotal / 100
    discount: =$session.total_details.amount_discount / 100
    tax: =$session.total_details.amount_tax / 100
    status: =$session.payment_status
    method: =$session.payment_method_types[0]
    subscription: =$session.subscription
    reference: =$session.client_reference_id
    place: =$session.customer_details.address.city & ", " & $session.customer_details.address.state
    created_at: =$fromMillis($session.created * 1000)
    kind: '=livemode ? "live" : "test"'
destinations: [${destinations.join(', ')}]
`;
