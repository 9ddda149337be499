import type { Json, JsonObject } from '../../src/model/json.ts';

/**
 * What a programmer writes instead of a mapping: the `event:` block of some shipped mappings, in JavaScript. The bench
 * compares it with what the mappings' own expressions come to.
 */

export type HandWritten = (body: Json) => JsonObject;

interface Metadata {
  readonly user_id?: string;
  readonly usermaven_anonymous_id?: string;
  readonly plan?: string;
}

interface CheckoutEvent {
  readonly id: string;
  readonly created: number;
  readonly data: {
    readonly object: {
      readonly amount_total: number;
      readonly currency: string;
      readonly mode: string;
      readonly invoice_creation?: { readonly enabled?: boolean } | null;
      readonly payment_status: string;
      readonly customer?: string | null;
      readonly customer_email?: string | null;
      readonly customer_details?: { readonly email?: string; readonly name?: string; readonly phone?: string } | null;
      readonly client_reference_id?: string | null;
      readonly subscription?: string | null;
      readonly metadata?: Metadata | null;
    };
  };
}

function visitorId(reference: string | null | undefined): string | undefined {
  if (!reference) return undefined;
  return reference.startsWith('b64_') ? Buffer.from(reference.slice(4), 'base64url').toString() : reference;
}

function checkoutCompleted(body: Json): JsonObject {
  const { id, created, data } = body as unknown as CheckoutEvent;
  const session = data.object;
  const hasInvoice = session.mode === 'subscription' || session.invoice_creation?.enabled === true;
  const email = (session.customer_details?.email || session.customer_email)?.toLowerCase();
  return {
    id,
    timestamp: created,
    user: {
      id: session.metadata?.user_id,
      fallback_id: email || session.customer,
      anonymous_id: session.metadata?.usermaven_anonymous_id || visitorId(session.client_reference_id),
      email,
      name: session.customer_details?.name,
      phone: session.customer_details?.phone,
    },
    revenue: hasInvoice ? undefined : money(session.amount_total, session.currency),
    attributes: {
      amount: session.amount_total,
      currency: session.currency?.toUpperCase(),
      mode: session.mode,
      paymentStatus: session.payment_status,
      plan: session.metadata?.plan,
      subscriptionId: session.subscription,
    },
    identifiers: { stripe_customer: session.customer },
  };
}

interface InvoiceEvent {
  readonly id: string;
  readonly created: number;
  readonly data: {
    readonly object: {
      readonly amount_paid: number;
      readonly currency: string;
      readonly parent?: { readonly subscription_details?: SubscriptionDetails | null } | null;
      readonly subscription_details?: SubscriptionDetails | null;
      readonly subscription?: string | null;
      readonly metadata?: Metadata | null;
      readonly customer?: string | null;
      readonly customer_email?: string | null;
      readonly customer_name?: string | null;
      readonly hosted_invoice_url?: string | null;
      readonly number?: string | null;
      readonly billing_reason?: string | null;
      readonly lines?: { readonly data?: readonly { readonly description?: string | null }[] } | null;
    };
  };
}

interface SubscriptionDetails {
  readonly subscription?: string | null;
  readonly metadata?: Metadata | null;
}

function invoicePaid(body: Json): JsonObject {
  const { id, created, data } = body as unknown as InvoiceEvent;
  const invoice = data.object;
  const subscription = invoice.parent?.subscription_details ?? invoice.subscription_details;
  const email = invoice.customer_email?.toLowerCase();
  return {
    id,
    timestamp: created,
    user: {
      id: subscription?.metadata?.user_id || invoice.metadata?.user_id,
      fallback_id: email || invoice.customer,
      anonymous_id: subscription?.metadata?.usermaven_anonymous_id || invoice.metadata?.usermaven_anonymous_id,
      email,
      name: invoice.customer_name,
    },
    revenue: money(invoice.amount_paid, invoice.currency),
    attributes: {
      amount: invoice.amount_paid,
      invoiceUrl: invoice.hosted_invoice_url,
      invoiceNumber: invoice.number,
      plan: invoice.lines?.data?.[0]?.description,
      billingReason: invoice.billing_reason,
      subscriptionId: subscription?.subscription || invoice.subscription,
    },
    identifiers: { stripe_customer: invoice.customer },
  };
}

const withoutDecimals = new Set(['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv']);

const money = (amount: number, currency: string): JsonObject => ({
  amount: withoutDecimals.has(currency) ? amount : amount / 100,
  currency: currency.toUpperCase(),
});

/** By the mapping's file. */
export const handWritten: Readonly<Record<string, HandWritten>> = {
  'stripe-checkout-completed.yaml': checkoutCompleted,
  'stripe-invoice-paid.yaml': invoicePaid,
};
