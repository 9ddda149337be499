import fc from 'fast-check';
import { type CanonicalEvent, type CanonicalType, canonicalTypes } from '../../src/model/canonical-event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { stripNulls } from '../../src/model/strip-nulls.ts';

const event: CanonicalEvent = {
  type: 'track',
  name: 'Subscription Payment Succeeded',
  id: 'evt_1QwErTy',
  timestamp: '2026-03-15T14:30:00.250Z',
  user: {
    id: 'usr_1a2b3c4d5e',
    anonymous_id: '5zdta4zak9',
    email: 'ada@example.com',
    phone: '+15551234567',
    name: 'Ada Lovelace',
    created_at: '2025-01-20T09:55:35.000Z',
    traits: { plan: 'pro', seats: 3 },
  },
  company: { id: 'acme', name: 'Acme', created_at: '2024-02-15T17:25:08.000Z', traits: { tier: 'gold' } },
  attributes: { amount: 2900, plan: 'Pro', trial: false, items: [{ sku: 'a1' }] },
  revenue: { amount: 29, currency: 'USD' },
  context: {
    ip: '81.2.69.142',
    user_agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    url: 'https://example.com/pricing?utm_source=google',
    title: 'Pricing',
    referrer: 'https://www.google.com/',
    locale: 'en-US',
    timezone: 'Europe/Amsterdam',
    campaign: { source: 'google', medium: 'cpc', name: 'spring' },
    device: { type: 'desktop' },
    os: { name: 'Windows' },
    app: { version: '4.2.0' },
  },
  category: 'billing',
  integrations: { All: true },
};

/** A canonical event with everything in it; `changes` replace whole members. */
export const canonicalEvent = (changes: Partial<CanonicalEvent> = {}): CanonicalEvent => ({ ...event, ...changes });

/** One event of each type, with what that type is about and no revenue, which only tracked events have. */
export function canonicalEventOf(type: CanonicalType): CanonicalEvent {
  const { revenue: _, ...plain } = event;
  switch (type) {
    case 'track':
      return event;
    case 'page':
    case 'screen':
      return { ...plain, type, name: 'Pricing' };
    case 'alias':
      return { ...plain, type, user: { ...event.user, previous_id: '5zdta4zak9' } };
    case 'identify':
    case 'group':
      return { ...plain, type };
  }
}

const text = fc.string({ minLength: 1, unit: 'grapheme', maxLength: 700 });
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const texts = (...keys: readonly string[]): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, text])), { requiredKeys: [] });

/** Any JSON object, as a mapping's expressions may yield it. */
export const jsonObjects: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ maxLength: 20 }), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

const valuesOnly = jsonObjects.map((value) => stripNulls(value));

/** Whatever an `event:` block can come to: nulls only under the user's traits, everything else of any content. */
export const canonicalEvents: fc.Arbitrary<CanonicalEvent> = fc
  .record({
    type: fc.constantFrom(...canonicalTypes),
    name: text,
    id: text,
    timestamp: fc
      .date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    user: fc
      .tuple(texts('id', 'anonymous_id', 'email', 'phone', 'name', 'first_name', 'previous_id'), optional(jsonObjects))
      .map(([user, traits]) => ({ ...user, ...(traits === undefined ? {} : { traits }) })),
    attributes: valuesOnly,
    revenue: optional(fc.record({ amount: fc.double({ noNaN: true, noDefaultInfinity: true }), currency: text })),
    company: optional(texts('id', 'name', 'created_at')),
    context: texts('ip', 'user_agent', 'url', 'title', 'referrer', 'locale', 'timezone'),
    category: optional(text),
    integrations: optional(valuesOnly),
  })
  .map((members) => stripUndefined(members) as CanonicalEvent);

const stripUndefined = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
