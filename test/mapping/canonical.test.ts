import { describe, expect, it } from 'vitest';
import { CanonicalFault, toCanonicalEvent } from '../../src/mapping/canonical.ts';
import { stitched } from '../../src/mapping/stitching.ts';
import { canonicalTypes } from '../../src/model/canonical-event.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';

const defaults = { id: 'evt_1', occurredAt: new Date('2026-03-01T10:00:00.000Z') };
const minimal = { name: 'Paid', user: { id: 'u1' } };
const event = (changes: JsonObject = {}) => toCanonicalEvent({ ...minimal, ...changes }, defaults).event;

function faultOf(raw: Json | undefined): { path: string; message: string } {
  try {
    stitched(toCanonicalEvent(raw, defaults));
  } catch (error) {
    if (error instanceof CanonicalFault) return { path: error.path, message: error.message };
    throw error;
  }
  throw new Error('no fault');
}

describe('a canonical event', () => {
  it('has the id and time of the stored event where the mapping gives none', () => {
    expect(event()).toStrictEqual({
      type: 'track',
      name: 'Paid',
      id: 'evt_1',
      timestamp: '2026-03-01T10:00:00.000Z',
      user: { id: 'u1' },
      attributes: {},
      context: {},
    });
  });

  it('carries everything the mapping yields', () => {
    const everything = {
      type: 'track',
      name: 'Paid',
      id: 'in_1',
      timestamp: '2026-02-01T00:00:00.000Z',
      user: {
        id: 'u1',
        anonymous_id: 'a1',
        email: 'ada@example.com',
        phone: '+15551234567',
        name: 'Ada Lovelace',
        first_name: 'Ada',
        last_name: 'Lovelace',
        created_at: '2025-01-01T00:00:00.000Z',
        previous_id: 'a0',
        traits: { plan: 'pro' },
      },
      company: { id: 'c1', name: 'Acme', created_at: '2024-01-01T00:00:00.000Z', traits: { tier: 'gold' } },
      attributes: { amount: 2900, items: [{ sku: 'a' }] },
      revenue: { amount: 29, currency: 'USD' },
      context: {
        ip: '81.2.69.142',
        user_agent: 'Mozilla/5.0',
        url: 'https://example.com/',
        title: 'Home',
        referrer: 'https://example.org/',
        locale: 'en-US',
        timezone: 'Europe/London',
        campaign: { source: 'google' },
        device: { type: 'phone' },
        os: { name: 'iOS' },
        app: { version: '1' },
      },
      category: 'billing',
      integrations: { All: false },
    };
    expect(toCanonicalEvent(everything, defaults).event).toStrictEqual(everything);
  });

  it.each(canonicalTypes)('may be of type %s', (type) => {
    expect(event({ type }).type).toBe(type);
  });

  it.each(canonicalTypes.filter((type) => type !== 'track'))('needs no name as %s', (type) => {
    expect(toCanonicalEvent({ type, user: { id: 'u1' } }, defaults).event).not.toHaveProperty('name');
  });
});

describe('the time of an event', () => {
  it.each([
    ['seconds', 1_795_219_200],
    ['milliseconds', 1_795_219_200_000],
    ['digits', '1795219200'],
    ['ISO 8601', '2026-11-21T02:00:00+02:00'],
  ])('may be given as %s', (_form, timestamp) => {
    expect(event({ timestamp }).timestamp).toBe('2026-11-21T00:00:00.000Z');
    expect(event({ user: { id: 'u1', created_at: timestamp } }).user.created_at).toBe('2026-11-21T00:00:00.000Z');
    expect(event({ company: { id: 'c1', created_at: timestamp } }).company?.created_at).toBe(
      '2026-11-21T00:00:00.000Z',
    );
  });

  it.each([null, '', ' '])('is the default where the mapping gives %j', (timestamp) => {
    expect(event({ timestamp }).timestamp).toBe('2026-03-01T10:00:00.000Z');
  });
});

describe('an id', () => {
  it.each([
    [1051, '1051'],
    [0, '0'],
    [' u1 ', 'u1'],
    [true, 'true'],
  ])('given as %j is the text %j', (id, text) => {
    expect(event({ id, user: { id } })).toMatchObject({ id: text, user: { id: text } });
  });
});

describe('empty fields', () => {
  it('are left out, whatever kind of nothing they are', () => {
    const nothing = { email: null, phone: '', name: '  ', traits: {}, first_name: [] };
    expect(
      event({
        user: { id: 'u1', ...nothing },
        company: { name: '' },
        revenue: { amount: null },
        context: { ip: '', campaign: '' },
        category: ' ',
      }),
    ).toStrictEqual(event());
  });

  it('may stand for a whole block, as CallRail sends "" for what it has not', () => {
    expect(event({ attributes: '', company: null, context: [], revenue: '' })).toStrictEqual(event());
  });

  it('under attributes, campaign and company traits are stripped of null, but 0, false and "" stay', () => {
    const values = { none: null, zero: 0, no: false, blank: '', list: [null, 1], deep: { none: null, a: 1 } };
    const kept = { zero: 0, no: false, blank: '', list: [1], deep: { a: 1 } };
    const { attributes, company, context } = event({
      attributes: values,
      company: { id: 'c1', traits: values },
      context: { campaign: values, device: values },
    });
    expect(attributes).toEqual(kept);
    expect(company?.traits).toEqual(kept);
    expect(context).toEqual({ campaign: kept, device: kept });
  });

  it('under user traits keep null, which removes a trait', () => {
    expect(event({ user: { id: 'u1', traits: { plan: null, seats: 3 } } }).user.traits).toEqual({
      plan: null,
      seats: 3,
    });
  });
});

describe('revenue', () => {
  it.each<[JsonObject, object | undefined]>([
    [
      { amount: 29, currency: 'usd' },
      { amount: 29, currency: 'USD' },
    ],
    [
      { amount: '29.5', currency: ' eur ' },
      { amount: 29.5, currency: 'EUR' },
    ],
    [{ amount: -5 }, { amount: -5 }],
    [
      { amount: 0, currency: 'usd' },
      { amount: 0, currency: 'USD' },
    ],
    [{ currency: 'usd' }, undefined],
  ])('%j is %j', (revenue, expected) => {
    expect(event({ revenue }).revenue).toEqual(expected);
  });

  it.each(['a lot', true, [1, 2], { minor: 1 }])('with the amount %j is no number', (amount) => {
    expect(faultOf({ ...minimal, revenue: { amount } })).toEqual({
      path: 'event.revenue.amount',
      message: 'must be a number in major units',
    });
  });
});

describe('an event that cannot be', () => {
  it.each([{}, { email: 'ada@example.com' }, { id: '' }, { id: null, anonymous_id: ' ' }])(
    'about nobody: %j',
    (user) => {
      expect(faultOf({ name: 'Paid', user })).toEqual({
        path: 'event.user',
        message:
          'has neither id nor anonymous_id, so the event would land on nobody; add one, a fallback_id, or $skip("why")',
      });
    },
  );

  it('is about somebody with an anonymous id alone', () => {
    expect(event({ user: { anonymous_id: 'a1' } }).user).toEqual({ anonymous_id: 'a1' });
  });

  it.each([undefined, null, {}])('tracks something without a name: %j', (raw) => {
    expect(faultOf(raw).path).toBe('event.name');
  });

  it('is of no known type', () => {
    expect(faultOf({ ...minimal, type: 'purchase' })).toEqual({
      path: 'event.type',
      message: 'is "purchase"; it must be one of track, identify, page, screen, group, alias',
    });
  });
});

describe('a field that is not what it must be', () => {
  const secret = 'ada@example.com';

  it.each<[string, JsonObject, string, string]>([
    [
      'a list for an id',
      { user: { id: [secret, 'b'] } },
      'event.user.id',
      'must be one text, but is a list of 2; pick one, as in [0]',
    ],
    [
      'a list for a name',
      { name: [secret] },
      'event.name',
      'must be one text, but is a list of 1; pick one, as in [0]',
    ],
    [
      'a block for an e-mail',
      { user: { id: 'u', email: { secret } } },
      'event.user.email',
      'must be one text, but is a block of keys',
    ],
    ['text for the user', { user: secret }, 'event.user', 'must be a block of keys, but is a string'],
    [
      'a list for attributes',
      { attributes: [secret] },
      'event.attributes',
      'must be a block of keys, but is a list of 1; pick one, as in [0]',
    ],
    [
      'a number for the campaign',
      { context: { campaign: 5 } },
      'event.context.campaign',
      'must be a block of keys, but is a number',
    ],
    [
      'words for a time',
      { timestamp: secret },
      'event.timestamp',
      'is no time: a string; use seconds, milliseconds or ISO 8601',
    ],
    [
      'a list for a time',
      { timestamp: [1] },
      'event.timestamp',
      'is no time: a list of 1; pick one, as in [0]; use seconds, milliseconds or ISO 8601',
    ],
    [
      'words for a birthday',
      { user: { id: 'u', created_at: secret } },
      'event.user.created_at',
      'is no time: a string; use seconds, milliseconds or ISO 8601',
    ],
    [
      'a block for the currency',
      { revenue: { amount: 1, currency: { secret } } },
      'event.revenue.currency',
      'must be one text, but is a block of keys',
    ],
  ])('is named without its value: %s', (_what, changes, path, message) => {
    const fault = faultOf({ ...minimal, ...changes });
    expect(fault).toEqual({ path, message });
    expect(fault.message).not.toContain(secret);
  });
});
