import { type SourceName, sources } from '../../src/sources/index.ts';
import { describeSource, type SourceBody, type SourceFacts } from '../contracts/source.contract.ts';
import { fixtureBytes } from './raw-request.ts';

const body = (path: string, kind: string | null, types: readonly string[]): SourceBody => ({
  name: path,
  kind,
  body: fixtureBytes(path),
  types,
});

const stripeEvent = (file: string, type: string): SourceBody => body(`stripe/events/${file}.json`, null, [type]);
const callrailEvent = (file: string, kind: string): SourceBody => body(`callrail/${file}.json`, kind, [kind]);

const facts: Readonly<Record<SourceName, SourceFacts>> = {
  stripe: {
    toleranceMs: 300_000,
    bodies: [
      stripeEvent('invoice.paid.basil-metadata.derived', 'invoice.paid'),
      stripeEvent('invoice.payment_succeeded.2025-08-27.basil.captured.scrubbed', 'invoice.payment_succeeded'),
      stripeEvent('checkout.session.completed.subscription.derived', 'checkout.session.completed'),
      stripeEvent('customer.subscription.created.derived', 'customer.subscription.created'),
      stripeEvent('customer.subscription.updated.status.derived', 'customer.subscription.updated'),
      stripeEvent('customer.subscription.deleted.derived', 'customer.subscription.deleted'),
      stripeEvent('charge.succeeded.kwd.constructed', 'charge.succeeded'),
      stripeEvent('charge.refunded.partial.constructed', 'charge.refunded'),
      stripeEvent('payment_intent.succeeded.jpy.constructed', 'payment_intent.succeeded'),
    ],
  },
  callrail: {
    toleranceMs: null,
    bodies: [
      callrailEvent('post-call.docs-vector.raw', 'post_call'),
      callrailEvent('post-call.captured-2022.scrubbed', 'post_call'),
      callrailEvent('post-call.custom-cookie.derived', 'post_call'),
      callrailEvent('pre-call.constructed', 'pre_call'),
      callrailEvent('call-modified.derived', 'updated_call'),
      callrailEvent('form-submission.captured-2023.scrubbed.raw', 'form_captured'),
      callrailEvent('form-submission.docs', 'form_captured'),
      callrailEvent('text-message-received.docs', 'sms_received'),
      callrailEvent('text-message-sent.docs', 'sms_sent'),
      callrailEvent('convert-assist-complete.docs', 'convert_assist_complete'),
    ],
  },
  hubspot: {
    toleranceMs: 300_000,
    bodies: [
      body('hubspot/app-webhook.contact.docs.json', null, ['contact.propertyChange', 'contact.creation']),
      body('hubspot/app-webhook.lifecyclestage.batch.constructed.json', null, [
        ...Array<string>(4).fill('contact.propertyChange'),
        'contact.creation',
      ]),
      body('hubspot/app-webhook.object.lifecyclestage.constructed.json', null, ['object.propertyChange']),
      body('hubspot/app-webhook.sensitive.docs.scrubbed.json', null, ['contact.propertyChange']),
      body('hubspot/workflow-webhook.contact.reconstructed.json', 'workflow', ['workflow']),
      body('hubspot/workflow-webhook.custom-body.constructed.json', 'workflow', ['workflow']),
    ],
  },
};

for (const source of Object.values(sources)) describeSource(source, facts[source.name as SourceName]);
