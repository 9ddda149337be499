import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../model/event.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { momentFromIso, momentFromMs, shortText } from './body-field.ts';
import { stripeSamples } from './samples/stripe-samples.ts';
import { defineSource, type Parsed } from './source.ts';
import { apiToken, apiUrl, publicUrl, secretList } from './source-settings.ts';
import { stripeEventTypes } from './stripe-event-types.ts';
import { signedDescriptor } from './verify/descriptor.ts';
import { compileVerifier } from './verify/verifier.ts';

const signatureHeader = 'stripe-signature';

/** `t=1700000000,v1=<hex>,v1=<hex>,v0=<hex>`; only `v1` counts. The tolerance is that of Stripe's own libraries. */
const verify = compileVerifier(
  signedDescriptor({
    method: 'hmac',
    signature: { header: signatureHeader, style: 'key_value', key: 'v1' },
    timestamp: { key: 't', format: 'unix_s', tolerance_s: 300 },
    signed: '{timestamp}.{body}',
  }),
);

const defaultApiUrl = 'https://api.stripe.com';
/** Stripe takes 25 a second in test mode and 100 in live mode; others ask it too. */
const apiWindow = { requests: 20, perMs: 1_000 };

const settings = z.strictObject({
  type: z.literal('stripe').meta({ description: 'A Stripe webhook endpoint with snapshot payloads.' }),
  secret: secretList.meta({
    description: "The endpoint's signing secrets, `whsec_` included; a list, or separated by commas, while rotating.",
  }),
  public_url: publicUrl,
  api_key: apiToken.meta({ description: 'A restricted key for lookups of customers; optional.' }),
  api_url: apiUrl(defaultApiUrl).meta({ description: "Base URL of Stripe's API." }),
});

export type StripeSettings = z.output<typeof settings>;

export const stripe = defineSource<StripeSettings>({
  name: 'stripe',
  title: 'Stripe',
  docs: 'https://docs.stripe.com/webhooks/signature',
  settings,
  needsPublicUrl: false,
  verify: (request, { secret }, now) => verify(request, secret, now),
  parse,
  sign,
  apiToken: 'api_key',
  api: ({ api_key, api_url }) => ({
    url: api_url,
    token: api_key,
    allowPrivateAddress: api_url !== defaultApiUrl,
    window: apiWindow,
  }),
  eventTypes: stripeEventTypes,
  samples: stripeSamples,
  setup: [
    'Workbench › Webhooks › Add destination: the events of your account, payload style Snapshot.',
    'Choose the event types that your mappings name, such as invoice.paid.',
    'Enter <url> as the endpoint URL.',
    "Copy the endpoint's signing secret (whsec_…) into STRIPE_WEBHOOK_SECRET: every endpoint has its own.",
    'On your own machine, run stripe listen --forward-to <local> instead; it prints a signing secret of its own.',
  ],
});

const unixSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** With a key a thin event is as good as any: a mapping looks up what it is about. */
function parse(body: Json, { receivedAt }: RawRequest, settings?: StripeSettings): Parsed {
  const envelope = isJsonObject(body) ? body : {};
  const externalId = shortText(envelope.id);
  const type = shortText(envelope.type);
  if (externalId === undefined || type === undefined) {
    return {
      unusable: { reason: 'not_an_event', message: 'A Stripe event has an `id` and a `type`; this body lacks one.' },
    };
  }
  const isThin = envelope.object === 'v2.core.event';
  const event: SourceEvent = {
    type,
    externalId,
    occurredAt: momentOf(envelope.created) ?? receivedAt,
    item: null,
    ...(isThin && settings?.api_key === '' && { unusable: thinEvent }),
  };
  return { events: [event] };
}

const thinEvent = {
  reason: 'thin_event',
  message:
    'A thin event carries no data: set STRIPE_API_KEY and look up its related object, or send this type with the payload style "Snapshot".',
} as const;

/** Seconds in a snapshot event, ISO 8601 in a thin one. */
const momentOf = (created: Json | undefined): Date | undefined =>
  typeof created === 'number' ? momentFromMs(created * 1000) : momentFromIso(created);

/** By Stripe's own package, so that signing and verifying share no code. Like Stripe, it signs UTF-8 text. */
function sign({ body }: Pick<RawRequest, 'body'>, secret: string, now: Date): Record<string, string> {
  const payload = Buffer.from(body).toString();
  const { webhooks } = loadStripe();
  return { [signatureHeader]: webhooks.generateTestHeaderString({ payload, secret, timestamp: unixSeconds(now) }) };
}

/** Loaded when first needed: the package takes 35 MB and over 100 ms, and a gateway that only receives never signs. */
const loadStripe = (): typeof Stripe => createRequire(import.meta.url)('stripe');
