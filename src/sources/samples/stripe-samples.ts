import type { JsonObject } from '../../model/json.ts';
import type { Sample } from '../source.ts';
import { ada } from './ada.ts';

type Fresh = Parameters<Sample['body']>[0];

const customer = 'cus_SampleAda';
const metadata = { user_id: ada.userId, usermaven_anonymous_id: ada.anonymousId };
const month = 30 * 86_400;

const seconds = ({ now }: Fresh): number => Math.floor(now.getTime() / 1000);

/** The envelope of a snapshot event; `previous` holds what an update changed. */
function event(
  type: string,
  fresh: Fresh,
  { object, previous }: { object: JsonObject; previous?: JsonObject },
): JsonObject {
  return {
    id: `evt_${fresh.id}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: seconds(fresh),
    type,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: { object, previous_attributes: previous },
  };
}

const invoice = (fresh: Fresh): JsonObject => ({
  id: `in_${fresh.id}`,
  object: 'invoice',
  number: 'SAMPLE-0007',
  status: 'paid',
  billing_reason: 'subscription_cycle',
  collection_method: 'charge_automatically',
  currency: 'usd',
  amount_due: 2900,
  amount_paid: 2900,
  amount_remaining: 0,
  subtotal: 2900,
  total: 2900,
  created: seconds(fresh) - 3600,
  customer,
  customer_email: ada.email,
  customer_name: ada.name,
  customer_phone: null,
  description: null,
  hosted_invoice_url: `https://invoice.stripe.com/i/acct_sample/test_${fresh.id}`,
  invoice_pdf: `https://pay.stripe.com/invoice/acct_sample/test_${fresh.id}/pdf`,
  livemode: false,
  metadata: {},
  parent: {
    type: 'subscription_details',
    quote_details: null,
    subscription_details: { metadata, subscription: 'sub_SampleAda' },
  },
  period_start: seconds(fresh) - month,
  period_end: seconds(fresh),
  status_transitions: { finalized_at: seconds(fresh) - 3600, paid_at: seconds(fresh) - 2, voided_at: null },
  lines: { object: 'list', has_more: false, total_count: 1, data: [invoiceLine(fresh)] },
});

const invoiceLine = (fresh: Fresh): JsonObject => ({
  id: `il_${fresh.id}`,
  object: 'line_item',
  amount: 2900,
  currency: 'usd',
  description: '1 × Pro (at $29.00 / month)',
  quantity: 1,
  metadata,
  period: { start: seconds(fresh), end: seconds(fresh) + month },
  pricing: {
    type: 'price_details',
    price_details: { price: 'price_SamplePro', product: 'prod_SamplePro' },
    unit_amount_decimal: '2900',
  },
});

const checkoutSession = (fresh: Fresh): JsonObject => ({
  id: `cs_test_${fresh.id}`,
  object: 'checkout.session',
  mode: 'subscription',
  status: 'complete',
  payment_status: 'paid',
  amount_subtotal: 2900,
  amount_total: 2900,
  currency: 'usd',
  client_reference_id: ada.anonymousId,
  created: seconds(fresh) - 90,
  customer,
  // Only what the shop had filled in before; what the buyer entered is in customer_details.
  customer_email: null,
  customer_details: {
    email: ada.email,
    name: ada.name,
    phone: null,
    address: { city: 'Washington', country: 'US', line1: null, line2: null, postal_code: '20001', state: 'DC' },
  },
  invoice: `in_${fresh.id}`,
  livemode: false,
  metadata: { ...metadata, plan: 'pro' },
  payment_intent: null,
  payment_method_types: ['card'],
  subscription: 'sub_SampleAda',
  success_url: 'https://www.example.com/thanks?session_id={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://www.example.com/pricing',
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
});

/** Has no e-mail: whoever needs one asks for the customer. */
const subscription = (fresh: Fresh, changes: JsonObject): JsonObject => ({
  id: 'sub_SampleAda',
  object: 'subscription',
  status: 'active',
  customer,
  currency: 'usd',
  collection_method: 'charge_automatically',
  created: seconds(fresh) - month,
  start_date: seconds(fresh) - month,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, reason: null },
  ended_at: null,
  items: { object: 'list', has_more: false, total_count: 1, data: [subscriptionItem(fresh)] },
  latest_invoice: `in_${fresh.id}`,
  livemode: false,
  metadata,
  quantity: 1,
  trial_start: null,
  trial_end: null,
  ...changes,
});

const subscriptionItem = (fresh: Fresh): JsonObject => ({
  id: 'si_SampleAda',
  object: 'subscription_item',
  current_period_start: seconds(fresh),
  current_period_end: seconds(fresh) + month,
  metadata: {},
  price: {
    id: 'price_SamplePro',
    object: 'price',
    active: true,
    currency: 'usd',
    nickname: 'Pro',
    product: 'prod_SamplePro',
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    type: 'recurring',
    unit_amount: 2900,
    unit_amount_decimal: '2900',
  },
  quantity: 1,
  subscription: 'sub_SampleAda',
});

const canceled = (fresh: Fresh): JsonObject => ({
  status: 'canceled',
  canceled_at: seconds(fresh),
  ended_at: seconds(fresh),
  cancellation_details: {
    comment: 'We moved to another team.',
    feedback: 'switched_service',
    reason: 'cancellation_requested',
  },
});

/** A second, partial refund: `amount_refunded` is cumulative, so this one is the difference to before. */
const refundedCharge = (fresh: Fresh): JsonObject => ({
  id: `ch_${fresh.id}`,
  object: 'charge',
  status: 'succeeded',
  amount: 2900,
  amount_captured: 2900,
  amount_refunded: 1500,
  billing_details: { email: ada.email, name: ada.name, phone: null },
  captured: true,
  created: seconds(fresh) - 86_400,
  currency: 'usd',
  customer,
  description: 'Subscription update',
  livemode: false,
  metadata,
  paid: true,
  payment_intent: `pi_${fresh.id}`,
  payment_method_details: { type: 'card', card: { brand: 'visa', country: 'US', funding: 'credit', last4: '4242' } },
  receipt_email: ada.email,
  receipt_url: `https://pay.stripe.com/receipts/payment/${fresh.id}`,
  refunded: false,
});

export const stripeSamples: readonly Sample[] = [
  { name: 'invoice.paid', kind: null, body: (fresh) => event('invoice.paid', fresh, { object: invoice(fresh) }) },
  {
    name: 'checkout.session.completed',
    kind: null,
    body: (fresh) => event('checkout.session.completed', fresh, { object: checkoutSession(fresh) }),
  },
  {
    name: 'customer.subscription.updated',
    kind: null,
    body: (fresh) => {
      const change = { object: subscription(fresh, {}), previous: { status: 'trialing' } };
      return event('customer.subscription.updated', fresh, change);
    },
  },
  {
    name: 'customer.subscription.deleted',
    kind: null,
    body: (fresh) => event('customer.subscription.deleted', fresh, { object: subscription(fresh, canceled(fresh)) }),
  },
  {
    name: 'charge.refunded',
    kind: null,
    body: (fresh) => {
      const change = { object: refundedCharge(fresh), previous: { amount_refunded: 500 } };
      return event('charge.refunded', fresh, change);
    },
  },
];
