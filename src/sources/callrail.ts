import { z } from 'zod';
import type { RawRequest, SourceEvent } from '../model/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { momentFromIso, shortText } from './body-field.ts';
import { callrailEventTypes } from './callrail-event-types.ts';
import { contentHash, externalIdOf } from './external-id.ts';
import { callrailSamples } from './samples/callrail-samples.ts';
import { defineSource, type Parsed } from './source.ts';
import { publicUrl, secretList } from './source-settings.ts';
import { signedDescriptor } from './verify/descriptor.ts';
import { compileSigner } from './verify/signer.ts';
import { compileVerifier } from './verify/verifier.ts';

/**
 * The signature covers no timestamp. The body's `timestamp` is no substitute: it repeats the start of the call, and a
 * call may be reported hours later, modified days later. Against replays there is the external id.
 */
const signature = signedDescriptor({
  method: 'hmac',
  algorithm: 'sha1',
  encoding: 'base64',
  signature: { header: 'signature' },
});
const verify = compileVerifier(signature);

/** The type of an event whose URL named no kind: it is kept, and mappings for a kind do not match it. */
const unknownKind = 'unknown';

const settings = z.strictObject({
  type: z.literal('callrail').meta({ description: "CallRail's webhooks integration, one URL per kind." }),
  secret: secretList.meta({
    description: 'Signing keys, one per CallRail company; a list, or separated by commas.',
  }),
  public_url: publicUrl,
});

type CallrailSettings = z.output<typeof settings>;

export const callrail = defineSource<CallrailSettings>({
  name: 'callrail',
  title: 'CallRail',
  docs: 'https://apidocs.callrail.com/#validating-payloads',
  settings,
  needsPublicUrl: false,
  sendsOnce: true,
  verify: (request, { secret }, now) => verify(request, secret, now),
  parse,
  sign: compileSigner(signature),
  eventTypes: callrailEventTypes,
  samples: callrailSamples,
  setup: [
    'Settings › Integrations › Webhooks, for each company: one URL for each kind, because the body names none.',
    'Enter <url>/post_call as the Post-Call webhook, and <url>/form_captured as the Form Submission webhook.',
    'Copy the signing key of that page into CALLRAIL_SIGNING_KEY; of several companies all, with commas between.',
    'Settings › Integrations › Custom Cookie Capture: the name of your analytics cookie, so that a call finds its visit.',
  ],
});

/**
 * CallRail never sends anything twice, so every genuine body becomes an event, however odd. Only the URL says what
 * kind it is. The id covers the exact body because one call is reported again whenever it is modified.
 */
function parse(json: Json, { kind, body, receivedAt }: RawRequest): Parsed {
  const fields = isJsonObject(json) ? json : {};
  const event: SourceEvent = {
    type: kind ?? unknownKind,
    externalId: externalIdOf([shortText(fields.resource_id), kind, contentHash(body)]),
    occurredAt: momentOf(kind, fields) ?? receivedAt,
    item: null,
  };
  return { events: [event] };
}

/** Calls have a start, forms a submission, texts a timestamp; a modification has no time of its own. */
function momentOf(kind: string | null, fields: JsonObject): Date | undefined {
  if (kind?.startsWith('updated_')) return undefined;
  const { start_time, submitted_at, created_at, timestamp } = fields;
  return [start_time, submitted_at, created_at, timestamp].map(momentFromIso).find((moment) => moment !== undefined);
}
