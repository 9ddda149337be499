import { z } from 'zod';
import type { Answer, Verdict } from '../model/attempt.ts';
import type { CanonicalEvent, CanonicalUser } from '../model/canonical-event.ts';
import { defined } from '../model/defined.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { advice, vendorText } from './answer.ts';
import {
  baseUrl,
  commonSettings,
  defineDestination,
  distinctId,
  identifyBy,
  type PayloadProblem,
  type TranslateContext,
  type Translated,
} from './destination.ts';
import { headerValue } from './header-value.ts';
import { jsonPost } from './json-post.ts';
import { payloadCheck } from './payload-check.ts';
import { profile } from './profile.ts';
import { attributesWithRevenue } from './revenue.ts';

const settings = z.strictObject({
  type: z.literal('vemetric').meta({ description: 'Vemetric, cloud or self-hosted.' }),
  url: baseUrl('https://hub.vemetric.com').meta({
    description: 'Base URL of the hub; default: https://hub.vemetric.com.',
  }),
  token: headerValue.meta({ description: 'The project token.' }),
  identify_by: identifyBy('With user_id, events of nobody but a visitor are skipped.'),
  ...commonSettings,
});

type Settings = z.output<typeof settings>;

const pageView = '$$pageView';
const outboundLink = '$$outboundLink';

/**
 * Without it the hub makes one visitor of the sender's address and User-Agent, so every event of this gateway would
 * belong to the same person; a number is ignored, and `identifier` only labels that shared visitor.
 */
const userIdentifier = z
  .string({ error: 'needs the text that identifies the user: set user.id, or merge a userIdentifier' })
  .min(1, 'must not be empty: every such event would belong to one user');

const values = z.record(z.string(), z.unknown());
const userData = z.strictObject({
  set: values.optional(),
  setOnce: values.optional(),
  unset: z.array(z.string()).optional(),
});

/** What `POST /e` takes. */
const vemetricEventPayload = z
  .strictObject({
    name: z.string().min(1, 'must not be empty'),
    userIdentifier,
    url: z
      .url('must be an absolute URL')
      .refine((url) => !/^https?:\/\/gtm-msr/.test(url), 'is a Tag Manager preview, which the hub drops')
      .optional(),
    contextId: z.string().optional(),
    displayName: z.string().optional(),
    customData: values.optional(),
    userData: userData.optional(),
  })
  .refine(({ name, url }) => url !== undefined || (name !== pageView && name !== outboundLink), {
    path: ['url'],
    error: `is missing; ${pageView} and ${outboundLink} need the page they happened on`,
  })
  .refine(({ name, url, customData }) => name !== outboundLink || !isInternalLink(url, customData?.href), {
    path: ['customData', 'href'],
    error: 'leads to the same site, and the hub drops such a link',
  });

/** What `POST /u` takes. */
const vemetricUserPayload = z.strictObject({
  userIdentifier,
  displayName: z.string().optional(),
  avatarUrl: z.string().optional(),
  data: userData,
});

function isInternalLink(page: string | undefined, href: unknown): boolean {
  const from = URL.parse(page ?? '')?.hostname;
  const to = typeof href === 'string' ? URL.parse(href)?.hostname : undefined;
  return from !== undefined && to !== undefined && (to === from || to.endsWith(`.${from}`));
}

/** Only a user update has `data`; the payload's shape is what tells the two calls apart. */
const isUserUpdate = (payload: JsonObject): boolean => payload.data !== undefined && payload.name === undefined;

const checkEvent = payloadCheck(vemetricEventPayload);
const checkUser = payloadCheck(vemetricUserPayload);
const check = (payload: JsonObject, text?: string): readonly PayloadProblem[] =>
  isUserUpdate(payload) ? checkUser(payload, text) : checkEvent(payload, text);

/** What `translate` makes of an event has its name in front, and need not be parsed to see that it is one. */
const pathOf = (payload: string): string =>
  payload.startsWith('{"name":') || !isUserUpdate(JSON.parse(payload)) ? '/e' : '/u';

/**
 * The hub knows visitors by a cookie of its own domain only, so an anonymous id means something to it only where the
 * site calls `vemetric.identify()` with it. Without an id the hub makes all events of this gateway one visitor's.
 */
function translate(event: CanonicalEvent, { settings }: TranslateContext<Settings>): Translated {
  const translated = translateFor(event, userIdOf(event.user, settings.identify_by));
  if ('skipped' in translated || translated.payload.userIdentifier !== undefined) return translated;
  return { ...translated, lacks: { key: 'userIdentifier', otherwise: lacksUser } };
}

const lacksUser = 'Vemetric has no anonymous visitors, and no user id is known (see identify_by in gateway.yaml)';

/** A visitor is no user where the site identifies by user ids. */
const userIdOf = (user: CanonicalUser, by: Settings['identify_by']): string | undefined =>
  by === 'user_id' ? user.id : distinctId(user, by);

function translateFor(event: CanonicalEvent, userIdentifier: string | undefined): Translated {
  const user = { userIdentifier, displayName: displayName(event.user) };
  const set = texts(profile(event.user));
  switch (event.type) {
    case 'track':
    case 'page':
    case 'screen':
      return {
        payload: defined({
          ...named(event),
          ...user,
          customData: texts({ ...titled(event), ...attributesWithRevenue(event) }),
          userData: Object.keys(set).length === 0 ? undefined : { set },
        }),
      };
    case 'identify':
      // Not /i: from a server it merges the visitor that stands for the server itself into this user.
      return { payload: defined({ ...user, data: { set } }) };
    case 'group':
      return { skipped: 'Vemetric has no companies' };
    case 'alias':
      return { skipped: 'Vemetric has no alias call' };
  }
}

/** Screens have no URL, which `$$pageView` cannot do without. */
function named({ type, name, context }: CanonicalEvent): { readonly name?: string; readonly url?: string } {
  const url = context.url !== undefined && URL.canParse(context.url) ? context.url : undefined;
  if (type === 'page') return defined({ name: pageView, url });
  return defined({ name: type === 'screen' ? 'Screen Viewed' : name, url });
}

const titled = ({ type, name, context }: CanonicalEvent): JsonObject =>
  type === 'track' ? {} : { title: name ?? context.title };

function displayName({ name, first_name, last_name, email }: CanonicalUser): string | undefined {
  const parts = [first_name, last_name].filter((part) => part !== undefined);
  return name ?? (parts.length > 0 ? parts.join(' ') : email);
}

/** The dashboard reads every value as text; what has parts goes as its JSON. */
function texts(data: JsonObject): JsonObject {
  const written: Record<string, string> = {};
  for (const [key, value] of Object.entries(stripNulls(data))) setMember(written, key, text(value));
  return written;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

function read(answer: Answer, _payloads: readonly string[], { token }: Settings): Verdict | undefined {
  if (answer.status !== 401) return undefined;
  const what = "Vemetric does not know the project token: check this destination's token in gateway.yaml.";
  return {
    kind: 'retry',
    reason: 'unauthorized',
    lane: 'credentials',
    message: advice(what, vendorText(answer), [token]),
  };
}

export const vemetric = defineDestination({
  name: 'vemetric',
  title: 'Vemetric',
  docs: 'https://vemetric.com/docs',
  transport: 'http',
  settings,
  secrets: ['token'],
  required: ['token'],
  sample: settings.parse({ type: 'vemetric', token: 'vemetric-token' }),
  keepNullUnder: [],
  joins: false,
  translate,
  check,
  request: ([payload = '{}'], { url, token }) => jsonPost(url + pathOf(payload), payload, { token }),
  read,
});
