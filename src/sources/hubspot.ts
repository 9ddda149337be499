import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../model/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { momentFromMs, shortText } from './body-field.ts';
import { contentHash, externalIdOf } from './external-id.ts';
import { hubspotEventTypes } from './hubspot-event-types.ts';
import { hubspotSamples } from './samples/hubspot-samples.ts';
import { defineSource, type Parsed, type Verification } from './source.ts';
import { apiToken, apiUrl, publicUrl, secretList } from './source-settings.ts';
import { hmac, sha256 } from './verify/digest.ts';
import { decodeBase64, decodeHex, matchesAnySecret } from './verify/signature.ts';
import { singleHeader } from './verify/single-header.ts';
import { isFresh, parseTimestamp } from './verify/timestamp.ts';
import { accepted, refuse } from './verify/verification.ts';

const v3Header = 'x-hubspot-signature-v3';
const timestampHeader = 'x-hubspot-request-timestamp';
const plainHeader = 'x-hubspot-signature';
const plainVersionHeader = 'x-hubspot-signature-version';

/** Five minutes, as HubSpot's documentation asks for. */
const toleranceMs = 300_000;
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
  sign,
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
function verify(request: RawRequest, accepting: HubspotSettings, now: Date): Verification {
  return request.headers[v3Header] === undefined ? verifyPlain(request, accepting) : verifyV3(request, accepting, now);
}

function verifyV3(request: RawRequest, { secret: secrets }: HubspotSettings, now: Date): Verification {
  const header = singleHeader(request.headers, v3Header);
  if (!header.ok) return header;
  const time = singleHeader(request.headers, timestampHeader);
  if (!time.ok) return time;
  const signature = decodeBase64(header.value, 32);
  const timestamp = parseTimestamp(time.value, 13);
  if (signature === undefined || timestamp === undefined) return refuse('malformed_signature');
  if (!matchesAnySecret([signature], secrets, (secret) => signV3(request, secret, timestamp))) {
    return refuse('bad_signature');
  }
  return isFresh(timestamp, now.getTime(), toleranceMs) ? accepted : refuse('stale_timestamp');
}

type SignedRequest = Pick<RawRequest, 'method' | 'url' | 'body'>;

function signV3({ method, url, body }: SignedRequest, secret: string, timestamp: number): Buffer {
  return hmac('sha256', secret, [method, decodeUrl(url), body, `${timestamp}`]);
}

/** The characters HubSpot's documentation lists; any other escape (`%20`, `%26`, …) is signed as it stands. */
const decodedEscapes: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

const decodeUrl = (url: string): string => url.replace(/%[0-9A-F]{2}/g, (code) => decodedEscapes[code] ?? code);

/** v1 and v2 are plain hashes that start with the secret. */
const plainHashes = new Map<string, (request: SignedRequest, secret: string) => Buffer>([
  ['v1', ({ body }, secret) => sha256([secret, body])],
  ['v2', ({ method, url, body }, secret) => sha256([secret, method, url, body])],
]);

function verifyPlain(request: RawRequest, { secret: secrets, signatures }: HubspotSettings): Verification {
  const header = singleHeader(request.headers, plainHeader);
  if (!header.ok) return header;
  const version = singleHeader(request.headers, plainVersionHeader);
  if (!version.ok) return version;
  const hash = plainHashes.get(version.value);
  if (hash === undefined || !signatures.some((listed) => listed === version.value)) return refuse('missing_signature');
  const signature = decodeHex(header.value, 32);
  if (signature === undefined) return refuse('malformed_signature');
  // Whoever has one such hash can compute the hash of a longer body, but not without SHA-256's padding in its middle,
  // which starts with 0x80 and so is never UTF-8.
  if (!isUtf8(request.body)) return refuse('bad_signature');
  return matchesAnySecret([signature], secrets, (secret) => hash(request, secret)) ? accepted : refuse('bad_signature');
}

function sign(request: SignedRequest, secret: string, now: Date): Record<string, string> {
  const timestamp = now.getTime();
  return {
    [v3Header]: signV3(request, secret, timestamp).toString('base64'),
    [timestampHeader]: `${timestamp}`,
  };
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
