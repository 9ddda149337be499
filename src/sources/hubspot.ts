import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../model/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { momentFromMs, shortText } from './body-field.ts';
import { contentHash, externalIdOf } from './external-id.ts';
import { hubspotEventTypes } from './hubspot-event-types.ts';
import { hubspotSamples } from './samples/hubspot-samples.ts';
import { defineSource, type Parsed, type Verification } from './source.ts';
import { apiToken, apiUrl, publicUrl, secretList } from './source-settings.ts';
import { signedDescriptor } from './verify/descriptor.ts';
import { compileSigner } from './verify/signer.ts';
import { singleHeader } from './verify/single-header.ts';
import { refuse } from './verify/verification.ts';
import { compileVerifier } from './verify/verifier.ts';

const v3Header = 'x-hubspot-signature-v3';
const plainVersionHeader = 'x-hubspot-signature-version';

/** Five minutes, as HubSpot's documentation asks for, and the escapes that it lists; any other (`%20`, `%26`, …) is signed as it stands. */
const v3 = signedDescriptor({
  method: 'hmac',
  encoding: 'base64',
  signature: { header: v3Header },
  timestamp: { header: 'x-hubspot-request-timestamp', format: 'unix_ms', tolerance_s: 300 },
  signed: '{method}{url}{body}{timestamp}',
  percent_decode: ['%3A', '%2F', '%3F', '%40', '%21', '%24', '%27', '%28', '%29', '%2A', '%2C', '%3B'],
});
const verifyV3 = compileVerifier(v3);

/** v1 and v2 are plain hashes that start with the secret. */
const plainVerifier = (signed: string) =>
  compileVerifier(signedDescriptor({ method: 'hash', signature: { header: 'x-hubspot-signature' }, signed }));
const verifyPlain = { v1: plainVerifier('{secret}{body}'), v2: plainVerifier('{secret}{method}{url}{body}') };

/** HubSpot batches "up to 100 events". */
const maxEvents = 100;

const defaultApiUrl = 'https://api.hubapi.com';

const settings = z.strictObject({
  type: z.literal('hubspot').meta({ description: 'Webhooks of a HubSpot app, and webhook actions of workflows.' }),
  secret: secretList.meta({
    description: "The app's client secrets; a list, or separated by commas, while rotating.",
  }),
  public_url: publicUrl,
  access_token: apiToken.meta({ description: "A private app's token for lookups of contacts; optional." }),
  api_url: apiUrl(defaultApiUrl).meta({ description: "Base URL of HubSpot's API." }),
  api_rate: z
    .int()
    .min(1)
    .max(250)
    .default(100)
    .meta({ description: 'Most requests to the API in any 10 seconds; 190 on Professional and Enterprise.' }),
  signatures: z
    .array(z.enum(['v1', 'v2', 'v3']))
    .min(1)
    .default(['v3'])
    .meta({
      description:
        'Signature versions to accept. A v3 signature always decides where there is one; v1 and v2 only count when listed.',
    }),
});

export type HubspotSettings = z.output<typeof settings>;

export const hubspot = defineSource<HubspotSettings>({
  name: 'hubspot',
  title: 'HubSpot',
  docs: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  settings,
  needsPublicUrl: true,
  verify,
  parse,
  sign: compileSigner(v3),
  apiToken: 'access_token',
  api: ({ access_token, api_url, api_rate }) => ({
    url: api_url,
    token: access_token,
    allowPrivateAddress: api_url !== defaultApiUrl,
    window: { requests: api_rate, perMs: 10_000 },
  }),
  eventTypes: hubspotEventTypes,
  samples: hubspotSamples,
  setup: [
    'Set PUBLIC_URL to the address that HubSpot calls: its signature covers the URL.',
    'In a workflow, add the action Send a webhook: POST to <url>/workflow, with the request signature of your app and all contact properties.',
    'Or in an app, set the webhook target URL <url> and subscribe to the contact property lifecyclestage; never use both.',
    "Copy the app's client secret into HUBSPOT_CLIENT_SECRET.",
  ],
});

/** HubSpot sends an older signature beside v3; falling back to it would make v3 pointless. */
function verify(request: RawRequest, { secret, signatures }: HubspotSettings, now: Date): Verification {
  if (request.headers[v3Header] !== undefined) return verifyV3(request, secret, now);
  const version = singleHeader(request.headers, plainVersionHeader);
  if (!version.ok) return version;
  const listed = signatures.find((name) => name === version.value);
  return listed === undefined || listed === 'v3'
    ? refuse('missing_signature')
    : verifyPlain[listed](request, secret, now);
}

/** An app's webhook is an array of events, a workflow's is one object with whatever its author chose. */
function parse(body: Json, request: RawRequest): Parsed {
  if (isJsonObject(body)) return { events: [workflowEvent(body, request)] };
  if (!Array.isArray(body) || body.length === 0) {
    return {
      unusable: { reason: 'not_an_event', message: 'HubSpot sends an array of events or one object; this is neither.' },
    };
  }
  if (body.length > maxEvents) {
    const message = `HubSpot sends at most ${maxEvents} events at once; this body holds ${body.length}.`;
    return { unusable: { reason: 'too_many_events', message } };
  }
  return { events: body.map((element, item) => appEvent(element, item, request)) };
}

function appEvent(element: Json, item: number, { receivedAt }: RawRequest): SourceEvent {
  const fields = isJsonObject(element) ? element : {};
  // The documentation says eventType, real requests say subscriptionType.
  const type = shortText(fields.subscriptionType) ?? shortText(fields.eventType);
  const occurredAt = momentFromMs(fields.occurredAt) ?? receivedAt;
  return type === undefined
    ? { type: 'unknown', externalId: externalIdOf([contentIdOf(element)]), occurredAt, item, unusable: typeless }
    : { type, externalId: appEventId(fields), occurredAt, item };
}

const typeless = {
  reason: 'not_an_event',
  message: 'A HubSpot event has a `subscriptionType` or an `eventType`; this element has neither.',
} as const;

/** Present in associations and merges, which concern several objects. */
const relationFields = [
  'fromObjectId',
  'toObjectId',
  'associationType',
  'associationRemoved',
  'primaryObjectId',
  'mergedObjectIds',
  'newObjectId',
] as const;

/**
 * `eventId` alone is "not guaranteed to be unique", and `attemptNumber` differs between copies of one event. Where
 * even `eventId` or `occurredAt` is missing, the content decides, so that different events never share an id.
 */
function appEventId(fields: JsonObject): string {
  const { portalId, subscriptionId, objectId, eventId, occurredAt, propertyName } = fields;
  const relation = relationFields.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]));
  const content = typeof eventId === 'number' && typeof occurredAt === 'number' ? [] : [contentIdOf(fields)];
  return externalIdOf([portalId, subscriptionId, objectId, eventId, occurredAt, propertyName, ...relation, ...content]);
}

function contentIdOf(element: Json): string {
  const content = isJsonObject(element) ? { ...element, attemptNumber: undefined } : element;
  return contentHash(JSON.stringify(content));
}

/** A workflow sends no id and no time of its own: a copy is known by its exact body. */
function workflowEvent(fields: JsonObject, { kind, body, receivedAt }: RawRequest): SourceEvent {
  const type = kind ?? 'workflow';
  const objectId = fields.hs_object_id ?? fields.vid ?? fields.objectId;
  return { type, externalId: externalIdOf([type, objectId, contentHash(body)]), occurredAt: receivedAt, item: null };
}
