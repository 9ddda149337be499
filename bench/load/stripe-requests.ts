import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequests, mixed, plain, type Requests } from './request-template.ts';

export const stripeSecret = 'whsec_bench_0123456789abcdef0123';

const fixture = new URL('../../mappings/fixtures/stripe.checkout.session.completed.json', import.meta.url);

export interface RequestsPlan {
  /** As in `/in/stripe`. */
  readonly path: string;
  readonly host: string;
  readonly first: number;
  readonly seed: number;
  readonly signedAhead: number;
}

/** Completed checkouts as Stripe sends them, indented, each another event of another person. */
export function stripeRequests(plan: RequestsPlan): Requests {
  const seconds = Math.floor(Date.now() / 1_000);
  return createRequests({
    ...plan,
    body: stripeBody(),
    items: 1,
    signatureLines: (signature) => `stripe-signature: t=${seconds},v1=${signature}`,
    sign: (body) => createHmac('sha256', stripeSecret).update(`${seconds}.`).update(body).digest('hex'),
  });
}

interface Session {
  readonly customer_details: object;
  readonly metadata: object;
}

function stripeBody(): string {
  const event = JSON.parse(readFileSync(fixture, 'utf8')) as { readonly data: { readonly object: Session } };
  const session = event.data.object;
  const filled = {
    ...event,
    id: `evt_1SfQ1mKatMEE${mixed()}`,
    data: {
      object: {
        ...session,
        id: `cs_live_a1SfQ1kKatMEEd998v2Yq7mZ0rT4xLwB6nC8dE5fG3hJ${mixed()}`,
        client_reference_id: `visitor-${mixed()}`,
        customer: `cus_${mixed()}`,
        customer_details: { ...session.customer_details, email: `Buyer.${mixed()}@example.com` },
        // The mappings of the bench carry the plan into every payload, where the sink counts it.
        metadata: {
          user_id: `usr_${mixed()}`,
          usermaven_anonymous_id: `visitor-${mixed()}`,
          plan: `bench_${plain()}`,
        },
        ...restOfSession,
      },
    },
    livemode: true,
    request: { id: null, idempotency_key: null },
  };
  return JSON.stringify(filled, null, 2);
}

/** What real sessions carry besides and no mapping reads. */
const restOfSession = {
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  branding_settings: {
    background_color: '#ffffff',
    border_style: 'rounded',
    button_color: '#0074d4',
    display_name: 'Example Analytical Engines',
    font_family: 'default',
    icon: null,
    logo: null,
  },
  collected_information: { business_name: null, individual_name: null, shipping_details: null },
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
  payment_method_configuration_details: { id: 'pmc_1QKatMEEd998v2Yq7mZ0rT4x', parent: null },
  payment_method_options: { card: { request_three_d_secure: 'automatic' } },
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: {
    allow_redisplay_filters: ['always'],
    payment_method_remove: 'disabled',
    payment_method_save: null,
  },
};
