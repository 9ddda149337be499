import { describe, expect, it } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { type SourceName, sources } from '../../src/sources/index.ts';
import { now } from './raw-request.ts';

/** As it goes over the wire, so without members that are undefined. */
function sampleBody(source: SourceName, name: string): Json {
  const sample = sources[source].samples.find((one) => one.name === name);
  return JSON.parse(JSON.stringify(sample?.body({ id: 'fresh', now }) ?? null));
}

function objectOf(name: string): JsonObject {
  const body = sampleBody('stripe', name);
  const data = isJsonObject(body) && isJsonObject(body.data) ? body.data : {};
  return isJsonObject(data.object) ? data.object : {};
}

const metadata = { user_id: 'usr_1a2b3c4d5e', usermaven_anonymous_id: '5zdta4zak9' };

describe('the samples', () => {
  it('have the names they are sent by', () => {
    const names = Object.values(sources).map(({ name, samples }) => [name, samples.map((sample) => sample.name)]);
    expect(Object.fromEntries(names)).toEqual({
      stripe: [
        'invoice.paid',
        'checkout.session.completed',
        'customer.subscription.updated',
        'customer.subscription.deleted',
        'charge.refunded',
      ],
      callrail: ['post_call', 'form_captured'],
      hubspot: ['lifecyclestage', 'workflow'],
    });
  });

  it.each(sources.stripe.samples)('of Stripe are events of the type they are named after: $name', ({ name }) => {
    expect(sampleBody('stripe', name)).toMatchObject({
      id: 'evt_fresh',
      object: 'event',
      type: name,
      created: now.getTime() / 1000,
    });
  });

  it('of Stripe tell where the visitor comes from and what was paid', () => {
    expect(objectOf('invoice.paid')).toMatchObject({
      amount_paid: 2900,
      currency: 'usd',
      customer_email: 'ada@example.com',
      parent: { subscription_details: { metadata } },
    });
    expect(objectOf('checkout.session.completed')).toMatchObject({
      amount_total: 2900,
      client_reference_id: '5zdta4zak9',
      customer_details: { email: 'ada@example.com' },
      metadata,
    });
    expect(objectOf('customer.subscription.deleted')).toMatchObject({ status: 'canceled', metadata });
    expect(objectOf('charge.refunded')).toMatchObject({ amount: 2900, currency: 'usd', metadata });
  });

  it('of Stripe say what an update changed', () => {
    const previous = (name: string) => {
      const body = sampleBody('stripe', name);
      return isJsonObject(body) && isJsonObject(body.data) ? body.data.previous_attributes : undefined;
    };
    expect(previous('customer.subscription.updated')).toEqual({ status: 'trialing' });
    expect(previous('charge.refunded')).toEqual({ amount_refunded: 500 });
    expect(previous('invoice.paid')).toBeUndefined();
  });

  it('of CallRail carry the visitor in a captured cookie and in a hidden field', () => {
    expect(sampleBody('callrail', 'post_call')).toMatchObject({ custom: { __eventn_id_UMdemo: '5zdta4zak9' } });
    expect(sampleBody('callrail', 'form_captured')).toMatchObject({
      form_data: { email_address: 'ada@example.com', usermaven_anonymous_id: '5zdta4zak9' },
    });
  });

  it('of HubSpot are a change without the person and a person with the history', () => {
    expect(sampleBody('hubspot', 'lifecyclestage')).toMatchObject([
      {
        subscriptionType: 'contact.propertyChange',
        propertyName: 'lifecyclestage',
        propertyValue: 'salesqualifiedlead',
      },
    ]);
    expect(sampleBody('hubspot', 'workflow')).toMatchObject({
      properties: {
        email: { value: 'ada@example.com' },
        user_id: { value: 'usr_1a2b3c4d5e' },
        usermaven_anonymous_id: { value: '5zdta4zak9' },
        lifecyclestage: { versions: [{ value: 'salesqualifiedlead' }, { value: 'marketingqualifiedlead' }] },
      },
    });
  });
});
