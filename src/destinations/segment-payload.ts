import { z } from 'zod';
import {
  type CanonicalContext,
  type CanonicalEvent,
  type CanonicalType,
  canonicalTypes,
} from '../model/canonical-event.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { attributesWithRevenue } from './revenue.ts';
import { library } from './user-agent.ts';

export const isCallType = (type: Json | undefined): type is CanonicalType =>
  canonicalTypes.some((known) => known === type);

/** The canonical event as one call of Segment's spec; null stays under `traits`, where it removes one. */
export function segmentCall(event: CanonicalEvent, messageId: string): JsonObject {
  const call = stripNulls({
    type: event.type,
    messageId,
    timestamp: event.timestamp,
    userId: event.user.id,
    anonymousId: event.user.anonymous_id,
    context: contextBlock(event),
    integrations: event.integrations,
    ...callFields(event),
  });
  const traits = traitsOf(event);
  return traits === undefined ? call : { ...call, traits };
}

function callFields(event: CanonicalEvent): JsonObject {
  const { type, name, category, context } = event;
  const properties = attributesWithRevenue(event);
  switch (type) {
    case 'track':
      return { event: name, properties: { ...properties, category: properties.category ?? category } };
    case 'page':
      return { name, category, properties: { ...properties, ...pageOf(context) } };
    case 'screen':
      return { name, category, properties };
    case 'group':
      return { groupId: event.company?.id };
    case 'alias':
      return { previousId: event.user.previous_id };
    case 'identify':
      return {};
  }
}

function traitsOf(event: CanonicalEvent): JsonObject | undefined {
  switch (event.type) {
    case 'identify':
      return userTraits(event);
    case 'group': {
      const { name, created_at, traits } = event.company ?? {};
      return { ...stripNulls({ name, createdAt: created_at }), ...traits };
    }
    case 'track':
    case 'page':
    case 'screen':
    case 'alias':
      return undefined;
  }
}

function userTraits({ user }: CanonicalEvent): JsonObject {
  const { email, phone, name, first_name, last_name, created_at, traits } = user;
  const known = { email, phone, name, firstName: first_name, lastName: last_name, createdAt: created_at };
  return { ...stripNulls(known), ...traits };
}

/**
 * Only `identify` writes traits; other calls carry them as context, where the destinations behind Segment look for an
 * e-mail address.
 */
function contextBlock(event: CanonicalEvent): JsonObject {
  const { context, company, type } = event;
  const traits = type === 'identify' ? {} : stripNulls(userTraits(event));
  const page = stripNulls(pageOf(context));
  return {
    ip: context.ip,
    userAgent: context.user_agent,
    locale: context.locale,
    timezone: context.timezone,
    page: Object.keys(page).length === 0 ? undefined : page,
    campaign: context.campaign,
    device: context.device,
    os: context.os,
    app: context.app,
    groupId: type === 'group' ? undefined : company?.id,
    traits: Object.keys(traits).length === 0 ? undefined : traits,
    library,
  };
}

function pageOf({ url, title, referrer }: CanonicalContext): JsonObject {
  const parsed = url === undefined ? null : URL.parse(url);
  return { url, title, referrer, path: parsed?.pathname, search: parsed?.search };
}

const id = z.string().min(1, 'must not be empty; leave it out instead').optional();
const block = z.record(z.string(), z.unknown()).optional();

/** What Segment would drop with a 200 (no id, no event name) is refused here, before it is sent. */
export const segmentPayload = z
  .looseObject({
    type: z.enum(canonicalTypes).optional(),
    event: z.string().optional(),
    userId: id,
    anonymousId: id,
    groupId: id,
    previousId: id,
    messageId: id.refine((text) => text === undefined || text.length < 100, 'must have fewer than 100 characters'),
    timestamp: z.iso.datetime({ offset: true, error: 'must be ISO 8601 with a zone' }).optional(),
    properties: block,
    traits: block,
    context: block,
    integrations: block,
  })
  .superRefine((call, context) => {
    const missing = (path: string, why: string): void =>
      context.addIssue({ code: 'custom', path: [path], message: `is missing; ${why}` });
    const type = call.type ?? (call.event === undefined ? undefined : 'track');
    if (type === undefined) missing('type', 'only a payload with an event may leave it out');
    if (type === 'track' && !call.event) missing('event', 'a track call needs its name');
    if (type === 'group' && call.groupId === undefined) missing('groupId', 'a group call needs its group');
    if (type === 'alias' && call.previousId === undefined)
      missing('previousId', 'an alias call needs the id it replaces');
    if (type === 'alias' && call.userId === undefined) missing('userId', 'an alias call needs the id it keeps');
    if (call.userId === undefined && call.anonymousId === undefined)
      missing('userId', 'without it an anonymousId is needed');
  });
