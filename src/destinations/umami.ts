import { z } from 'zod';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import { defined } from '../model/defined.ts';
import type { JsonObject } from '../model/json.ts';
import { browserUserAgent } from './browser-user-agent.ts';
import {
  baseUrl,
  commonSettings,
  defineDestination,
  distinctId,
  identifyBy,
  type TranslateContext,
  type Translated,
} from './destination.ts';
import { jsonPost } from './json-post.ts';
import { payloadCheck } from './payload-check.ts';
import { profile } from './profile.ts';
import { attributesWithRevenue } from './revenue.ts';
import { readUmamiAnswer } from './umami-answer.ts';
import { fitData, fitUrl, hostMax, isHost, isIpAddress, umamiPayload } from './umami-payload.ts';

const settings = z.strictObject({
  type: z.literal('umami').meta({ description: 'Umami, cloud or self-hosted.' }),
  url: baseUrl('').meta({
    description: 'Base URL of your Umami, such as http://umami:3000 or https://cloud.umami.is.',
  }),
  website_id: z
    .union([z.literal(''), z.uuid()], { error: 'must be the UUID that Umami shows as Website ID' })
    .meta({ description: 'The website to send to: create it in Umami and copy its Website ID.' }),
  hostname: z
    .string()
    .max(hostMax)
    .refine((host) => host === '' || isHost(host), { error: 'must be a host name such as example.com' })
    .default('')
    .meta({ description: "The site's host name as Umami shows it; default: that of the event's URL." }),
  identify_by: identifyBy('Events without it go under the other.'),
  ...commonSettings,
});

type Settings = z.output<typeof settings>;

function translate(event: CanonicalEvent, { settings }: TranslateContext<Settings>): Translated {
  switch (event.type) {
    case 'track':
    case 'page':
    case 'screen':
      return { payload: { type: 'event', payload: { ...visitor(event, settings), ...whatHappened(event) } } };
    case 'identify':
      return identify(event, settings);
    case 'group':
      return { skipped: 'Umami has no companies' };
    case 'alias':
      return { skipped: 'Umami never joins two visitors' };
  }
}

/**
 * Without data an identify stores nothing but one more visitor who never visited. Umami never joins two visitors, so the
 * id that is not its own is kept as data: the only trace of the other visits.
 */
function identify(event: CanonicalEvent, settings: Settings): Translated {
  const { id, anonymous_id } = event.user;
  const isBoth = id !== undefined && anonymous_id !== undefined;
  const other = settings.identify_by === 'user_id' ? { anonymous_id } : { user_id: id };
  const data = fitData({ ...profile(event.user), ...(isBoth && other) });
  if (Object.keys(data).length === 0) return { skipped: 'Umami would store nothing: the user has no traits' };
  return { payload: { type: 'identify', payload: { ...visitor(event, settings), data } } };
}

/**
 * Who and where. Umami has one id and no anonymous one, so the site's script must be given the same text. What it
 * would fail on (an address or User-Agent it cannot use) is left out: the event counts for more.
 */
function visitor({ user, context, timestamp }: CanonicalEvent, settings: Settings): JsonObject {
  const { ip, user_agent, url } = context;
  return defined({
    website: settings.website_id,
    hostname: settings.hostname || (url === undefined ? null : URL.parse(url))?.hostname || undefined,
    id: distinctId(user, settings.identify_by),
    language: context.locale,
    ip: ip !== undefined && isIpAddress(ip) ? ip : undefined,
    userAgent: browserUserAgent(user_agent),
    timestamp: Math.floor(Date.parse(timestamp) / 1000),
  });
}

/** An event without a name is a page view. */
function whatHappened(event: CanonicalEvent): JsonObject {
  const { type, name, context, category } = event;
  return defined({
    name: type === 'track' ? name : undefined,
    title: context.title ?? (type === 'track' ? undefined : name),
    url: fitUrl(context.url),
    referrer: fitUrl(context.referrer),
    tag: category,
    data: fitData(withoutRefund(event)),
  });
}

/** Umami counts `revenue` only above zero; a refund stays visible as a positive `refunded` beside its currency. */
function withoutRefund(event: CanonicalEvent): JsonObject {
  const { revenue, ...attributes } = attributesWithRevenue(event);
  const amount = event.revenue?.amount ?? 0;
  return amount < 0 ? { ...attributes, refunded: -amount } : { ...attributes, ...defined({ revenue }) };
}

export const umami = defineDestination({
  name: 'umami',
  title: 'Umami',
  docs: 'https://umami.is/docs/api/sending-stats',
  transport: 'http',
  settings,
  secrets: [],
  required: ['url', 'website_id'],
  sample: settings.parse({
    type: 'umami',
    url: 'http://umami:3000',
    website_id: '5f0c6a3e-2b7d-4c1a-9e48-7d1b2f3a4c5d',
    hostname: 'example.com',
    allow_private_address: true,
  }),
  keepNullUnder: [],
  joins: true,
  translate,
  check: payloadCheck(umamiPayload),
  // No batch: Umami's takes its items one after the other, and a dropped one counts as processed.
  request: ([payload = '{}'], { url }) => jsonPost(`${url}/api/send`, payload),
  read: readUmamiAnswer,
});
