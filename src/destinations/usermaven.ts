import { z } from 'zod';
import type { Answer, Verdict } from '../model/attempt.ts';
import type { CanonicalEvent, CanonicalUser } from '../model/canonical-event.ts';
import type { JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { advice, vendorText } from './answer.ts';
import {
  baseUrl,
  batchDefault,
  commonSettings,
  defineDestination,
  type TranslateContext,
  type Translated,
} from './destination.ts';
import { jsonPost } from './json-post.ts';
import { payloadCheck } from './payload-check.ts';
import { attributesWithRevenue } from './revenue.ts';

const settings = z.strictObject({
  type: z.literal('usermaven').meta({ description: 'Usermaven, server-side tracking.' }),
  url: baseUrl('https://events.usermaven.com').meta({
    description: 'Base URL; default: https://events.usermaven.com.',
  }),
  api_key: z.string().meta({ description: 'The workspace key that is also in the browser snippet.' }),
  server_token: z.string().meta({ description: 'The server-to-server token that belongs to the API key.' }),
  ...commonSettings,
  batch: batchDefault(100),
});

type Settings = z.output<typeof settings>;

/** Usermaven's collector is EventNative's: `server.max_event_size`. */
const eventBytesMax = 51_200;

const id = z.string().min(1, 'must not be empty; leave it out instead').optional();
/** Below this a number is not milliseconds since 1970 but seconds, and the event would land in 1970. */
const timestampMin = 1e11;

const usermavenPayload = z
  .looseObject({
    api_key: z.string().min(1, 'must not be empty'),
    // An empty id is replaced by a new one on every attempt, and the copies are no longer recognised.
    event_id: id,
    event_type: z.string().min(1, 'must not be empty'),
    _timestamp: z.int().min(timestampMin, 'must be milliseconds since 1970').optional(),
    user: z
      .looseObject({ id, anonymous_id: id, email: z.string().optional() })
      // Without either, Usermaven makes one visitor of everything this gateway sends.
      .refine((user) => user.id !== undefined || user.anonymous_id !== undefined, 'needs an id or an anonymous_id'),
    company: z.looseObject({ id }).optional(),
    event_attributes: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ event_type, company }) => event_type !== 'group' || company?.id !== undefined, {
    path: ['company', 'id'],
    error: 'is missing; a group event is about a company',
  })
  .refine(({ event_type, user }) => event_type !== 'lead' || user.email !== undefined, {
    path: ['user', 'email'],
    error: 'is missing; Usermaven identifies a lead by it',
  });

function translate(event: CanonicalEvent, { settings, outgoingId }: TranslateContext<Settings>): Translated {
  const eventType = eventTypeOf(event);
  if (eventType === undefined) return { skipped: 'Usermaven has no alias call; an identify with both ids joins them' };
  return {
    payload: stripNulls({
      api_key: settings.api_key,
      event_id: outgoingId,
      event_type: eventType,
      _timestamp: Date.parse(event.timestamp),
      utc_time: event.timestamp,
      ids: {},
      user: userBlock(event.user),
      company: companyBlock(event),
      event_attributes: event.type === 'identify' ? undefined : attributesWithRevenue(event),
      src: 'http',
      ...pageFields(event),
    }),
  };
}

function eventTypeOf({ type, name }: CanonicalEvent): string | undefined {
  switch (type) {
    case 'track':
      return name;
    case 'identify':
      return 'user_identify';
    case 'page':
    case 'screen':
      return 'pageview';
    case 'group':
      return 'group';
    case 'alias':
      return undefined;
  }
}

function userBlock(user: CanonicalUser): JsonObject {
  const { id, anonymous_id, email, created_at, phone, name, traits } = user;
  return {
    anonymous_id,
    id,
    email,
    created_at,
    ...firstAndLastName(user),
    custom: unlessEmpty({ phone, name, ...traits }),
  };
}

/**
 * Usermaven shows first and last name. A full name is split at its first space only where the sender gives neither; it
 * stays whole in `custom.name`, because not every name splits there.
 */
function firstAndLastName({ first_name, last_name, name }: CanonicalUser): JsonObject {
  if (first_name !== undefined || last_name !== undefined || name === undefined) return { first_name, last_name };
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return { first_name: first, last_name: rest.length === 0 ? undefined : rest.join(' ') };
}

function companyBlock({ company }: CanonicalEvent): JsonObject | undefined {
  if (company === undefined) return undefined;
  const { traits, ...fields } = company;
  return unlessEmpty({ ...fields, custom: traits });
}

/** Where it happened, under the flat names that Usermaven's own clients send. */
function pageFields({ type, name, context }: CanonicalEvent): JsonObject {
  const url = context.url === undefined ? null : URL.parse(context.url);
  return {
    url: context.url,
    page_title: context.title ?? (type === 'page' || type === 'screen' ? name : undefined),
    referer: context.referrer,
    user_agent: context.user_agent,
    source_ip: context.ip,
    user_language: context.locale,
    doc_path: url?.pathname,
    doc_host: url?.hostname,
    doc_search: url?.search,
    utm: campaign(context.campaign),
  };
}

/** Usermaven's browser script reads `utm_campaign` as `campaign`, which the canonical event calls `name`. */
function campaign(fields: JsonObject | undefined): JsonObject | undefined {
  if (fields === undefined) return undefined;
  const { name, ...others } = fields;
  return { campaign: name, ...others };
}

const unlessEmpty = (block: JsonObject): JsonObject | undefined =>
  Object.keys(stripNulls(block)).length === 0 ? undefined : block;

function read(answer: Answer, _payloads: readonly string[], { server_token }: Settings): Verdict | undefined {
  if (answer.status !== 401) return undefined;
  const what = 'Usermaven refused the token API_KEY.SERVER_TOKEN: api_key and server_token must be of one workspace.';
  return {
    kind: 'retry',
    reason: 'unauthorized',
    lane: 'credentials',
    message: advice(what, vendorText(answer), [server_token]),
  };
}

export const usermaven = defineDestination({
  name: 'usermaven',
  title: 'Usermaven',
  docs: 'https://usermaven.com/docs/http-api',
  transport: 'http',
  settings,
  secrets: ['server_token'],
  required: ['api_key', 'server_token'],
  sample: settings.parse({ type: 'usermaven', api_key: 'UM_KEY', server_token: 'um-server-token' }),
  keepNullUnder: [],
  joins: true,
  translate,
  check: payloadCheck(usermavenPayload, eventBytesMax),
  // What Usermaven's Python client sends at most.
  batch: { max: 100, maxBytes: 475_000 },
  request: (payloads, { url, api_key, server_token }) =>
    jsonPost(
      `${url}/api/v1/s2s/event?token=${encodeURIComponent(`${api_key}.${server_token}`)}`,
      payloads.length === 1 ? payloads.join() : `[${payloads.join()}]`,
    ),
  read,
});
