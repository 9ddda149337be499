import { describe, expect, it } from 'vitest';
import { usermaven } from '../../src/destinations/usermaven.ts';
import type { CanonicalEvent } from '../../src/model/canonical-event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { canonicalEvent, canonicalEventOf } from '../support/canonical-events.ts';
import { answerWith, recorded } from './recorded.ts';

const { sample } = usermaven;

function payloadOf(event: CanonicalEvent): JsonObject {
  const result = usermaven.translate(event, { settings: sample, outgoingId: 'out-1' });
  return 'skipped' in result ? {} : result.payload;
}

const userOf = (user: CanonicalEvent['user']) => payloadOf(canonicalEvent({ user })).user;

describe('translating for Usermaven', () => {
  it('says everything about a tracked event under the names of the HTTP API', () => {
    expect(payloadOf(canonicalEvent())).toEqual({
      api_key: 'UM_KEY',
      event_id: 'out-1',
      event_type: 'Subscription Payment Succeeded',
      _timestamp: 1773585000250,
      utc_time: '2026-03-15T14:30:00.250Z',
      ids: {},
      user: {
        anonymous_id: '5zdta4zak9',
        id: 'usr_1a2b3c4d5e',
        email: 'ada@example.com',
        created_at: '2025-01-20T09:55:35.000Z',
        first_name: 'Ada',
        last_name: 'Lovelace',
        custom: { phone: '+15551234567', name: 'Ada Lovelace', plan: 'pro', seats: 3 },
      },
      company: { id: 'acme', name: 'Acme', created_at: '2024-02-15T17:25:08.000Z', custom: { tier: 'gold' } },
      event_attributes: {
        amount: 2900,
        plan: 'Pro',
        trial: false,
        items: [{ sku: 'a1' }],
        revenue: 29,
        currency: 'USD',
      },
      src: 'http',
      url: 'https://example.com/pricing?utm_source=google',
      page_title: 'Pricing',
      referer: 'https://www.google.com/',
      user_agent: canonicalEvent().context.user_agent,
      source_ip: '81.2.69.142',
      user_language: 'en-US',
      doc_path: '/pricing',
      doc_host: 'example.com',
      doc_search: '?utm_source=google',
      utm: { source: 'google', medium: 'cpc', campaign: 'spring' },
    });
  });

  it.each([
    { type: 'identify', sent: 'user_identify' },
    { type: 'page', sent: 'pageview' },
    { type: 'screen', sent: 'pageview' },
    { type: 'group', sent: 'group' },
  ] as const)('sends $type as $sent', ({ type, sent }) => {
    expect(payloadOf(canonicalEventOf(type)).event_type).toBe(sent);
  });

  it('sends an identify without event attributes', () => {
    expect(payloadOf(canonicalEventOf('identify'))).not.toHaveProperty('event_attributes');
  });

  it('has no call for an alias', () => {
    const result = usermaven.translate(canonicalEventOf('alias'), { settings: sample, outgoingId: 'out-1' });
    expect(result).toEqual({ skipped: expect.stringContaining('alias') });
  });

  it('invents no anonymous id for a known user, and no user id for a visitor', () => {
    expect(userOf({ id: 'usr_1' })).toEqual({ id: 'usr_1' });
    expect(userOf({ anonymous_id: '5zdta4zak9' })).toEqual({ anonymous_id: '5zdta4zak9' });
  });

  it.each([
    { user: { name: 'Ada' }, names: { first_name: 'Ada', custom: { name: 'Ada' } } },
    {
      user: { name: 'Ada King Noel' },
      names: { first_name: 'Ada', last_name: 'King Noel', custom: { name: 'Ada King Noel' } },
    },
    {
      user: { name: 'Ada King', last_name: 'Lovelace' },
      names: { last_name: 'Lovelace', custom: { name: 'Ada King' } },
    },
  ])('splits a full name only where neither part is known: $user', ({ user, names }) => {
    expect(userOf({ id: 'u', ...user })).toEqual({ id: 'u', ...names });
  });

  it('leaves out a trait that is null', () => {
    expect(userOf({ id: 'u', traits: { plan: null, nested: { gone: null, kept: 1 } } })).toEqual({
      id: 'u',
      custom: { nested: { kept: 1 } },
    });
  });

  it('names a page after its title, or after the event where it has none', () => {
    const { title: _, ...context } = canonicalEvent().context;
    expect(payloadOf(canonicalEvent({ type: 'page', name: 'Home', context })).page_title).toBe('Home');
    expect(payloadOf(canonicalEvent({ context }))).not.toHaveProperty('page_title');
  });

  it('lets the canonical revenue win over attributes of the same names', () => {
    const event = canonicalEvent({ attributes: { revenue: 1, currency: 'EUR' }, revenue: { amount: -29 } });
    expect(payloadOf(event).event_attributes).toEqual({ revenue: -29, currency: 'EUR' });
  });
});

describe('checking a payload for Usermaven', () => {
  const { cases } = recorded<{ cases: { case: string; body: JsonObject | JsonObject[] }[] }>('usermaven/accepted.json');

  it.each(cases)('lets pass what known clients send: $case', ({ body }) => {
    for (const payload of [body].flat()) expect(usermaven.check(payload)).toEqual([]);
  });

  const valid: JsonObject = { api_key: 'k', event_type: 'e', user: { id: 'u' } };

  it.each<[string, JsonObject, string]>([
    ['no api_key', { api_key: undefined }, 'api_key'],
    ['no event_type', { event_type: undefined }, 'event_type'],
    ['no user', { user: undefined }, 'user'],
    ['a user without any id', { user: { email: 'a@b.co' } }, 'user'],
    ['an empty anonymous id', { user: { id: 'u', anonymous_id: '' } }, 'user.anonymous_id'],
    ['an empty event_id', { event_id: '' }, 'event_id'],
    ['a time in seconds', { _timestamp: 1_773_585_000 }, '_timestamp'],
    ['a time as text', { _timestamp: '2026-03-15T14:30:00Z' }, '_timestamp'],
    ['a group event without its company', { event_type: 'group', company: { name: 'Acme' } }, 'company.id'],
    ['a lead without an e-mail', { event_type: 'lead' }, 'user.email'],
    ['more than 51,200 bytes', { event_attributes: { note: 'x'.repeat(51_200) } }, ''],
  ])('refuses %s', (_, changes, path) => {
    expect(usermaven.check(valid)).toEqual([]);
    const problems = usermaven.check({ ...valid, ...changes });
    expect(problems.map((problem) => problem.path)).toEqual([path]);
  });

  it('counts bytes, not characters', () => {
    expect(usermaven.check({ ...valid, event_attributes: { note: 'é'.repeat(25_000) } })).toEqual([]);
    expect(usermaven.check({ ...valid, event_attributes: { note: 'é'.repeat(26_000) } })).toHaveLength(1);
  });
});

describe('asking Usermaven', () => {
  it('puts API_KEY.SERVER_TOKEN into the query, and nothing else can break out of it', () => {
    expect(usermaven.request(['{}'], sample).url).toBe(
      'https://events.usermaven.com/api/v1/s2s/event?token=UM_KEY.um-server-token',
    );
    expect(usermaven.request(['{}'], { ...sample, server_token: 'a&b=c' }).url).toMatch(/token=UM_KEY\.a%26b%3Dc$/);
  });

  it('shares a request among a hundred unless told otherwise', () => {
    expect(usermaven.sample.batch).toBe(100);
  });

  it('sends one payload as an object and several as a bare array', () => {
    expect(usermaven.request(['{"a":1}'], sample).body).toBe('{"a":1}');
    expect(usermaven.request(['{"a":1}', '{"b":2}'], sample).body).toBe('[{"a":1},{"b":2}]');
  });
});

describe("reading Usermaven's answers", () => {
  interface Refused {
    readonly case: string;
    readonly expect: { readonly status: number; readonly body_like?: JsonObject };
  }
  const { cases } = recorded<{ cases: Refused[] }>('usermaven/rejected.json');
  const ofStatus = (status: number) => cases.filter((refused) => refused.expect.status === status);

  it.each(ofStatus(401))('blames the token for: $case', ({ expect: { status, body_like } }) => {
    const verdict = usermaven.read(answerWith(status, body_like), ['{}'], sample);
    expect(verdict).toMatchObject({
      kind: 'retry',
      reason: 'unauthorized',
      lane: 'credentials',
      message: expect.stringMatching(/API_KEY\.SERVER_TOKEN.*The answer: The token/),
    });
  });

  it.each([...ofStatus(400), ...ofStatus(200)])(
    'leaves it to the status: $case',
    ({ expect: { status, body_like } }) => {
      // 400 fails everywhere. A token without a destination is a 200 like any other, and cannot be told from success.
      expect(usermaven.read(answerWith(status, body_like), ['{}'], sample)).toBeUndefined();
    },
  );

  it('never repeats the server token, which the answer quotes', () => {
    const answer = answerWith(401, { message: `The token is not found: ${'x'.repeat(90)}UM_KEY.um-server-token` });
    expect(JSON.stringify(usermaven.read(answer, ['{}'], sample))).not.toMatch(/um-serv/);
  });
});
