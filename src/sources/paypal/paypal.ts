import { verify as verifySignature } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { GatewayError } from '../../model/error.ts';
import type { RawRequest } from '../../model/event.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { momentFromIso, shortText } from '../body-field.ts';
import type { CertificateInForce, CertifiedSender, Parsed, Source, Verification } from '../source.ts';
import { publicUrl, secretList } from '../source-settings.ts';
import { decodeBase64 } from '../verify/signature.ts';
import { singleHeader } from '../verify/single-header.ts';
import { isFresh, parseTimestamp } from '../verify/timestamp.ts';
import { accepted, type Checked, refuse } from '../verify/verification.ts';
import { trustedCertificate } from './certificate.ts';
import { paypalEventTypes } from './event-types.ts';
import { paypalSamples } from './paypal-samples.ts';

const environments = {
  live: { hosts: ['api.paypal.com', 'api-m.paypal.com'], subject: 'messageverificationcerts.paypal.com' },
  sandbox: {
    hosts: ['api.sandbox.paypal.com', 'api-m.sandbox.paypal.com'],
    subject: 'messageverificationcerts.sandbox.paypal.com',
  },
} as const;

const settings = z.strictObject({
  type: z.literal('paypal').meta({ description: "PayPal's webhooks." }),
  secret: secretList.meta({
    description: "The webhook's id, which every signature covers; a list, or separated by commas.",
  }),
  public_url: publicUrl,
  environment: z
    .enum(['live', 'sandbox'])
    .default('live')
    .meta({ description: 'Whose events are taken: those of PayPal itself, or those of its sandbox.' }),
});

type PaypalSettings = z.output<typeof settings>;

/**
 * How old a transmission may be: PayPal repeats one for three days. What comes again is known by the event's id, so that
 * a longer window lets nothing happen twice.
 */
const tolerance = { pastMs: 4 * 86_400_000, futureMs: 300_000 };

/** The signature of an RSA key of 2048 to 4096 bits. */
const signatureBytes = { min: 256, max: 512 };

/**
 * PayPal signs with a key whose certificate a header names. Whoever chooses the address chooses the key: it is only ever
 * asked for at PayPal's own API, and only counts when a known root vouches for it.
 */
export const paypal: Source<PaypalSettings> = {
  name: 'paypal',
  title: 'PayPal',
  docs: 'https://developer.paypal.com/api/rest/webhooks/rest/',
  settings,
  needsPublicUrl: false,
  // Without the certificate nothing is proved.
  verify: () => refuse('bad_signature'),
  certified: certifiedSender(),
  parse,
  sign: () => {
    throw new GatewayError('SOURCE_NOT_CONFIGURED', 'only PayPal can sign, with a key whose certificate it serves', {
      hint: "send events with PayPal's webhooks simulator, or try a mapping with a file of one",
    });
  },
  eventTypes: paypalEventTypes,
  samples: paypalSamples,
  setup: [
    'developer.paypal.com › Apps & Credentials › your app › Webhooks › Add webhook: enter <url>, and choose the event types.',
    'Copy the id of the new webhook into PAYPAL_WEBHOOK_ID.',
    'For the sandbox set environment: sandbox; its webhooks have ids of their own.',
  ],
};

function certifiedSender(): CertifiedSender<PaypalSettings> {
  return {
    certificateUrl: ({ headers }, { environment }) => {
      const header = singleHeader(headers, 'paypal-cert-url');
      if (!header.ok) return header;
      return isPaypals(header.value, environments[environment].hosts) ? header : refuse('malformed_signature');
    },
    readCertificate: (pem, { environment }, trust) =>
      trustedCertificate(pem, { ...trust, subject: environments[environment].subject }),
    verify,
  };
}

/** Spelled out in full: what a URL parser would repair is not what PayPal writes. */
const isPaypals = (url: string, hosts: readonly string[]): boolean => {
  const [, host] = /^https:\/\/([a-z.-]+)\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,100}$/.exec(url) ?? [];
  return host !== undefined && hosts.includes(host);
};

interface Transmission {
  readonly id: string;
  readonly time: string;
  readonly atMs: number;
  readonly signature: Uint8Array;
}

function verify(
  request: RawRequest,
  { secret: webhookIds }: PaypalSettings,
  { certificate, now }: CertificateInForce,
): Verification {
  const read = transmissionOf(request.headers);
  if (!read.ok) return read;
  const { id, time, atMs, signature } = read.value;
  const isGenuine = webhookIds.some((webhookId) => {
    const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(request.body)}`);
    return verifySignature('sha256', signed, certificate.key, signature);
  });
  if (!isGenuine) return refuse('bad_signature');
  return isFresh(atMs, now.getTime(), tolerance) ? accepted : refuse('stale_timestamp');
}

function transmissionOf(headers: RawRequest['headers']): Checked<Transmission> {
  const texts: string[] = [];
  for (const name of ['id', 'time', 'sig'] as const) {
    const header = singleHeader(headers, `paypal-transmission-${name}`);
    if (!header.ok) return header;
    texts.push(header.value);
  }
  const algorithm = singleHeader(headers, 'paypal-auth-algo');
  if (!algorithm.ok) return algorithm;
  const [id = '', time = '', written = ''] = texts;
  const atMs = parseTimestamp(time, 'rfc3339');
  const signature = decodeBase64(written);
  const isWhole =
    algorithm.value === 'SHA256withRSA' &&
    /^[A-Za-z0-9-]{1,64}$/.test(id) &&
    signature !== undefined &&
    signature.length >= signatureBytes.min &&
    signature.length <= signatureBytes.max;
  return atMs === undefined || !isWhole
    ? refuse('malformed_signature')
    : { ok: true, value: { id, time, atMs, signature } };
}

function parse(body: Json, { receivedAt }: RawRequest): Parsed {
  const fields = isJsonObject(body) ? body : {};
  const externalId = shortText(fields.id);
  const type = shortText(fields.event_type);
  if (externalId === undefined || type === undefined) {
    return {
      unusable: {
        reason: 'not_an_event',
        message: 'A PayPal event has an `id` and an `event_type`; this body lacks one.',
      },
    };
  }
  return {
    events: [{ type, externalId, occurredAt: momentFromIso(fields.create_time) ?? receivedAt, item: null }],
  };
}
