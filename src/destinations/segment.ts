import { z } from 'zod';
import type { Answer, Verdict } from '../model/attempt.ts';
import { type CanonicalEvent, canonicalTypes } from '../model/canonical-event.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { advice, vendorText } from './answer.ts';
import {
  baseUrl,
  commonSettings,
  defineDestination,
  type OutboundRequest,
  payloadsPerRequest,
  type TranslateContext,
  type Translated,
} from './destination.ts';
import { headerValue } from './header-value.ts';
import { jsonPost } from './json-post.ts';
import { payloadCheck } from './payload-check.ts';
import { flavorNames, flavors } from './segment-flavors.ts';
import { isCallType, segmentCall, segmentPayload } from './segment-payload.ts';

const segmentUrl = 'https://api.segment.io';

const settings = z
  .strictObject({
    type: z.literal('segment').meta({ description: 'Segment and whatever speaks its HTTP API.' }),
    url: baseUrl('').meta({ description: `Base URL; default: ${segmentUrl} for Segment itself.` }),
    write_key: headerValue.meta({ description: 'The write key of the source; for Jitsu its id:secret.' }),
    flavor: z
      .enum(flavorNames)
      .default('segment')
      .meta({ description: "Whose dialect of Segment's HTTP API it speaks." }),
    ...commonSettings,
    batch: payloadsPerRequest.optional().meta({
      description:
        'Payloads per request; default: 100 for Segment itself and the other flavors, 1 for what else speaks its API.',
    }),
  })
  .transform((given) => {
    // Only Segment has an address of its own to fall back on; events of a look-alike must not end up there.
    const url = given.url === '' && given.flavor === 'segment' ? segmentUrl : given.url;
    return { ...given, url, batch: given.batch ?? (hasBatchCall({ ...given, url }) ? 100 : 1) };
  });

/** Whether a look-alike that passes for Segment has one, only who runs it knows. */
const hasBatchCall = ({ url, flavor }: { readonly url: string; readonly flavor: string }): boolean =>
  flavor !== 'segment' || /(?:^|\.)(?:segment\.io|segmentapis\.com)$/.test(URL.parse(url)?.hostname ?? '');

type Settings = z.output<typeof settings>;

/** 32 KB, as Segment's own library counts them. */
const eventBytesMax = 32 * 1024;

function translate(event: CanonicalEvent, { settings, outgoingId }: TranslateContext<Settings>): Translated {
  const { title, refuses } = flavors[settings.flavor];
  if (refuses.includes(event.type)) return { skipped: `${title} has no ${event.type} call` };
  return { payload: segmentCall(event, outgoingId) };
}

/** How every payload of `translate` begins: so that its type is known without parsing it. */
const typeInFront = new RegExp(`^\\{"type":"(${canonicalTypes.join('|')})"`);

/** A payload written by hand may leave the type out; `check` then asks for an `event`, which only track has. */
function typeOf(payload: string): string {
  const [, inFront] = typeInFront.exec(payload) ?? [];
  if (inFront !== undefined) return inFront;
  const parsed: Json = JSON.parse(payload);
  const type = isJsonObject(parsed) ? parsed.type : undefined;
  return isCallType(type) ? type : 'track';
}

/** Where one path takes every call, the type has to be in the payload. */
function withType(payload: string): string {
  if (typeInFront.test(payload)) return payload;
  const parsed: Json = JSON.parse(payload);
  return isJsonObject(parsed) && parsed.type === undefined ? JSON.stringify({ type: 'track', ...parsed }) : payload;
}

function request(payloads: readonly string[], { url, write_key, flavor }: Settings): OutboundRequest {
  const { path, batchPath, authorization } = flavors[flavor];
  const [only = '{}', ...others] = payloads;
  const post = (tail: string, body: string) => jsonPost(joined(url, tail), body, authorization(write_key));
  if (others.length > 0) return post(batchPath, `{"batch":[${payloads.map(withType).join()}]}`);
  return typeof path === 'string' ? post(path, withType(only)) : post(path(typeOf(only)), only);
}

/** Segment's documentation prints its address with the version; a path of ours starts with it as well. */
const joined = (url: string, path: string): string => (path.startsWith('/v1/') ? url.replace(/\/v1$/, '') : url) + path;

function read(
  answer: Answer,
  payloads: readonly string[],
  settings: Settings,
): Verdict | readonly Verdict[] | undefined {
  const { title, forbiddenMeansKey, readAccepted } = flavors[settings.flavor];
  const { status } = answer;
  const said = vendorText(answer);
  if (status === 401 || (status === 403 && forbiddenMeansKey)) {
    const message = advice(`${title} refused the write key: check write_key and, for another region, url.`, said, [
      settings.write_key,
    ]);
    return { kind: 'retry', reason: 'unauthorized', lane: 'credentials', message };
  }
  // Segment's own library tries it again, and so do the look-alikes' clients.
  if (status === 410) {
    return {
      kind: 'retry',
      reason: 'server_error',
      message: advice(`${title} is gone for the moment.`, said, [settings.write_key]),
    };
  }
  return status >= 200 && status <= 299 ? readAccepted?.(answer, payloads) : undefined;
}

export const segment = defineDestination({
  name: 'segment',
  title: 'Segment and compatible',
  docs: 'https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/',
  transport: 'http',
  settings,
  secrets: ['write_key'],
  required: ['url', 'write_key'],
  sample: settings.parse({ type: 'segment', write_key: 'segment-write-key' }),
  keepNullUnder: ['traits'],
  joins: true,
  translate,
  check: payloadCheck(segmentPayload, eventBytesMax),
  // Segment drops a batch of more than 2500 with a 200; SignalSmith takes 500. Bytes as Segment's library counts them.
  batch: { max: 500, maxBytes: 480_000 },
  request,
  read,
});
