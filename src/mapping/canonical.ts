import {
  type CanonicalContext,
  type CanonicalEvent,
  type CanonicalType,
  type CanonicalUser,
  canonicalTypes,
} from '../model/canonical-event.ts';
import { defined } from '../model/defined.ts';
import type { Identifier } from '../model/identity.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { isEmpty } from './empty.ts';
import { toDate } from './time.ts';

/** What the event has where the mapping says nothing. */
export interface CanonicalDefaults {
  readonly id: string;
  readonly occurredAt: Date;
}

/** A field that cannot be what it has to be; `path` as in `event.user.email`. */
export class CanonicalFault {
  readonly path: string;
  readonly message: string;
  constructor(path: string, message: string) {
    this.path = path;
    this.message = message;
  }
}

/** The canonical event as its mapping wrote it, before it is known whose it is. */
export interface UnstitchedEvent {
  readonly event: CanonicalEvent;
  /** What the mapping would rather send than nothing. */
  readonly fallback: { readonly id?: string; readonly anonymous_id?: string };
  /** What else points at the person, as the mapping wrote it. */
  readonly identifiers: readonly Identifier[];
}

/** What a mapping's `event:` block yielded → the canonical event. Throws `CanonicalFault`. */
export function toCanonicalEvent(raw: Json | undefined, defaults: CanonicalDefaults): UnstitchedEvent {
  const fields = objectAt(raw, 'event');
  const type = canonicalType(textAt(fields.type, 'event.type'));
  const name = textAt(fields.name, 'event.name');
  if (type === 'track' && name === undefined)
    throw new CanonicalFault('event.name', 'yields nothing; a track event needs a name');
  const event = defined({
    type,
    name,
    id: textAt(fields.id, 'event.id') ?? defaults.id,
    timestamp: timeAt(fields.timestamp, 'event.timestamp') ?? defaults.occurredAt.toISOString(),
    user: canonicalUser(fields.user),
    company: canonicalCompany(fields.company),
    attributes: stripNulls(objectAt(fields.attributes, 'event.attributes')),
    revenue: canonicalRevenue(fields.revenue),
    context: canonicalContext(fields.context),
    category: textAt(fields.category, 'event.category'),
    integrations: fields.integrations ?? undefined,
  });
  return { event, fallback: fallbackIds(fields.user), identifiers: ownIdentifiers(fields.identifiers) };
}

function fallbackIds(raw: Json | undefined): UnstitchedEvent['fallback'] {
  const fields = objectAt(raw, 'event.user');
  return defined({
    id: textAt(fields.fallback_id, 'event.user.fallback_id'),
    anonymous_id: textAt(fields.fallback_anonymous_id, 'event.user.fallback_anonymous_id'),
  });
}

function ownIdentifiers(raw: Json | undefined): readonly Identifier[] {
  return Object.entries(objectAt(raw, 'event.identifiers')).flatMap(([kind, written]) => {
    const value = textAt(written, `event.identifiers.${kind}`);
    return value === undefined ? [] : [{ kind, value }];
  });
}

function canonicalType(type: string | undefined): CanonicalType {
  const known = canonicalTypes.find((candidate) => candidate === (type ?? 'track'));
  if (known === undefined)
    throw new CanonicalFault('event.type', `is "${type}"; it must be one of ${canonicalTypes.join(', ')}`);
  return known;
}

function canonicalUser(raw: Json | undefined): CanonicalUser {
  const fields = objectAt(raw, 'event.user');
  const text = (key: string): string | undefined => textAt(fields[key], `event.user.${key}`);
  const traits = objectAt(fields.traits, 'event.user.traits');
  return defined({
    id: text('id'),
    anonymous_id: text('anonymous_id'),
    email: text('email'),
    phone: text('phone'),
    name: text('name'),
    first_name: text('first_name'),
    last_name: text('last_name'),
    created_at: timeAt(fields.created_at, 'event.user.created_at'),
    previous_id: text('previous_id'),
    traits: isEmpty(traits) ? undefined : traits,
  });
}

function canonicalCompany(raw: Json | undefined): CanonicalEvent['company'] {
  const fields = objectAt(raw, 'event.company');
  const traits = stripNulls(objectAt(fields.traits, 'event.company.traits'));
  const company = defined({
    id: textAt(fields.id, 'event.company.id'),
    name: textAt(fields.name, 'event.company.name'),
    created_at: timeAt(fields.created_at, 'event.company.created_at'),
    traits: isEmpty(traits) ? undefined : traits,
  });
  return isEmpty(company) ? undefined : company;
}

function canonicalRevenue(raw: Json | undefined): CanonicalEvent['revenue'] {
  const { amount, currency } = objectAt(raw, 'event.revenue');
  if (isEmpty(amount)) return undefined;
  const number = typeof amount === 'string' ? Number(amount) : amount;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new CanonicalFault('event.revenue.amount', 'must be a number in major units');
  return defined({ amount: number, currency: textAt(currency, 'event.revenue.currency')?.toUpperCase() });
}

const contextTexts = ['ip', 'user_agent', 'url', 'title', 'referrer', 'locale', 'timezone'] as const;
const contextBlocks = ['campaign', 'device', 'os', 'app'] as const;

function canonicalContext(raw: Json | undefined): CanonicalContext {
  const fields = objectAt(raw, 'event.context');
  const context: Record<string, Json> = {};
  for (const key of contextTexts) {
    const text = textAt(fields[key], `event.context.${key}`);
    if (text !== undefined) context[key] = text;
  }
  for (const key of contextBlocks) {
    const block = stripNulls(objectAt(fields[key], `event.context.${key}`));
    if (!isEmpty(block)) context[key] = block;
  }
  return context as CanonicalContext;
}

/** A block may be missing or come to nothing (CallRail sends "" for an object it has not). */
function objectAt(value: Json | undefined, path: string): JsonObject {
  if (isEmpty(value)) return {};
  if (isJsonObject(value)) return value;
  throw new CanonicalFault(path, `must be a block of keys, but is ${describe(value)}`);
}

/** Ids arrive as numbers too (HubSpot's objectId); blank text is no value. */
function textAt(value: Json | undefined, path: string): string | undefined {
  if (isEmpty(value)) return undefined;
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new CanonicalFault(path, `must be one text, but is ${describe(value)}`);
}

function timeAt(value: Json | undefined, path: string): string | undefined {
  if (isEmpty(value)) return undefined;
  const date = toDate(value);
  if (date === undefined)
    throw new CanonicalFault(path, `is no time: ${describe(value)}; use seconds, milliseconds or ISO 8601`);
  return date.toISOString();
}

/** The kind of a value, never the value: what is in an event may be personal. */
function describe(value: Json | undefined): string {
  if (Array.isArray(value)) return `a list of ${value.length}; pick one, as in [0]`;
  return isJsonObject(value) ? 'a block of keys' : `a ${typeof value}`;
}
