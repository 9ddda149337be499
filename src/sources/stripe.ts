import { createRequire } from 'node:module';
import type Stripe from 'stripe';
import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../model/event.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { momentFromIso, momentFromMs, shortText } from './body-field.ts';
import { stripeSamples } from './samples/stripe-samples.ts';
import { defineSource, type Parsed, type Verification } from './source.ts';
import { apiToken, apiUrl, publicUrl, secretList } from './source-settings.ts';
import { stripeEventTypes } from './stripe-event-types.ts';
import { hmac } from './verify/digest.ts';
import { decodeHex, matchesAnySecret } from './verify/signature.ts';
import { singleHeader } from './verify/single-header.ts';
import { isFresh, parseTimestamp } from './verify/timestamp.ts';
import { accepted, type Checked, refuse } from './verify/verification.ts';

const signatureHeader = 'stripe-signature';
/** What Stripe's own libraries allow. */
const toleranceSeconds = 300;
/** While a secret is rolled Stripe sends one signature per valid secret, so two; a limit keeps a header cheap. */
const maxSignatures = 16;

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
  verify,
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

function verify(request: RawRequest, { secret: secrets }: StripeSettings, now: Date): Verification {
  const header = singleHeader(request.headers, signatureHeader);
  if (!header.ok) return header;
  const signed = parseSignatureHeader(header.value);
  if (!signed.ok) return signed;
  const { timestamp, signatures } = signed.value;
  const expected = (secret: string) => hmac('sha256', secret, [`${timestamp}.`, request.body]);
  if (!matchesAnySecret(signatures, secrets, expected)) return refuse('bad_signature');
  return isFresh(timestamp, unixSeconds(now), toleranceSeconds) ? accepted : refuse('stale_timestamp');
}

/** `t=1700000000,v1=<hex>,v1=<hex>,v0=<hex>`; only `v1` counts, unknown elements are skipped. */
function parseSignatureHeader(
  header: string,
): Checked<{ readonly timestamp: number; readonly signatures: readonly Uint8Array[] }> {
  // Stripe writes no spaces: one after a comma is the trace of two headers that a proxy has joined.
  if (header.includes(', ')) return refuse('ambiguous_signature');
  const elements = header.split(',');
  const [time, ...otherTimes] = valuesOf('t', elements);
  if (otherTimes.length > 0) return refuse('ambiguous_signature');
  const timestamp = parseTimestamp(time ?? '', 10);
  const given = valuesOf('v1', elements).slice(0, maxSignatures);
  const signatures = given.map((hex) => decodeHex(hex, 32)).filter((bytes) => bytes !== undefined);
  return timestamp === undefined || signatures.length === 0
    ? refuse('malformed_signature')
    : { ok: true, value: { timestamp, signatures } };
}

function valuesOf(key: string, elements: readonly string[]): readonly string[] {
  return elements.filter((element) => element.startsWith(`${key}=`)).map((element) => element.slice(key.length + 1));
}

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
