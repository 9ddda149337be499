import { describe, expect, it } from 'vitest';
import { userAgent } from '../../src/destinations/user-agent.ts';
import { vemetric } from '../../src/destinations/vemetric.ts';
import type { CanonicalEvent } from '../../src/model/canonical-event.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { canonicalEvent, canonicalEventOf } from '../support/canonical-events.ts';
import { type RecordedUserAgent, recorded, recordedAnswer, recordedCases } from './recorded.ts';

const { sample } = vemetric;

function payloadOf(event: CanonicalEvent): JsonObject {
  const result = vemetric.translate(event, { settings: sample, outgoingId: 'out-1' });
  return 'skipped' in result ? {} : result.payload;
}

const pathsOf = (payload: JsonObject): readonly string[] => vemetric.check(payload).map(({ path }) => path);

describe('translating for Vemetric', () => {
  it('sends a tracked event with every value as text', () => {
    expect(payloadOf(canonicalEvent())).toEqual({
      name: 'Subscription Payment Succeeded',
      url: 'https://example.com/pricing?utm_source=google',
      userIdentifier: 'usr_1a2b3c4d5e',
      displayName: 'Ada Lovelace',
      customData: {
        amount: '2900',
        plan: 'Pro',
        trial: 'false',
        items: '[{"sku":"a1"}]',
        revenue: '29',
        currency: 'USD',
      },
      userData: {
        set: {
          email: 'ada@example.com',
          phone: '+15551234567',
          name: 'Ada Lovelace',
          created_at: '2025-01-20T09:55:35.000Z',
          plan: 'pro',
          seats: '3',
        },
      },
    });
  });

  it('sends an identify as a user update, which alone has `data`', () => {
    const payload = payloadOf(canonicalEventOf('identify'));
    expect(payload).toMatchObject({ userIdentifier: 'usr_1a2b3c4d5e', data: { set: { plan: 'pro' } } });
    expect(payload).not.toHaveProperty('name');
  });

  it.each([
    { type: 'page', name: '$$pageView' },
    { type: 'screen', name: 'Screen Viewed' },
  ] as const)('sends a $type as $name with its title beside it', ({ type, name }) => {
    expect(payloadOf(canonicalEventOf(type))).toMatchObject({ name, customData: { title: 'Pricing' } });
  });

  it.each(['group', 'alias'] as const)('has no call for %s', (type) => {
    const result = vemetric.translate(canonicalEventOf(type), { settings: sample, outgoingId: 'out-1' });
    expect(result).toEqual({ skipped: expect.stringContaining('Vemetric has no') });
  });

  it.each([
    { user: { name: 'Ada', first_name: 'A', email: 'a@b.co' }, displayName: 'Ada' },
    { user: { first_name: 'Ada', last_name: 'Lovelace', email: 'a@b.co' }, displayName: 'Ada Lovelace' },
    { user: { last_name: 'Lovelace' }, displayName: 'Lovelace' },
    { user: { email: 'a@b.co' }, displayName: 'a@b.co' },
    { user: {}, displayName: undefined },
  ])('shows a user of $user as $displayName', ({ user, displayName }) => {
    expect(payloadOf(canonicalEvent({ user: { id: 'u', ...user } })).displayName).toBe(displayName);
  });

  it('leaves out a path, for which the hub would refuse the event', () => {
    expect(payloadOf(canonicalEvent({ context: { url: '/pricing' } }))).not.toHaveProperty('url');
  });

  it('leaves a visitor without a user identifier, so that only a mapping can give one', () => {
    const payload = payloadOf(canonicalEvent({ user: { anonymous_id: '5zdta4zak9' } }));
    expect(vemetric.check(payload)).toEqual([
      { path: 'userIdentifier', message: expect.stringContaining('merge a userIdentifier') },
    ]);
    expect(vemetric.check({ ...payload, userIdentifier: '5zdta4zak9' })).toEqual([]);
  });

  it('leaves out a trait that is null instead of sending the word', () => {
    const user = { id: 'u', traits: { plan: null, seats: 3 } };
    expect(payloadOf(canonicalEvent({ user })).userData).toEqual({ set: { seats: '3' } });
  });
});

describe('checking a payload for Vemetric', () => {
  /** Accepted by the hub and refused here: what it does with them helps nobody. */
  const stricter: Readonly<Record<string, string>> = {
    'Token in body (capital)': 'the token is a secret and belongs into the header',
    'header + identifier (known)': 'identifies only whom the hub already knows',
    'header + identifier (unknown)': 'lands on the one visitor that stands for the sender',
    'header + identifier (unknown 2, same ip/ua)': 'two people become one user',
    'header, no ident': 'lands on the one visitor that stands for the sender',
    'header, no ident, other XFF': 'lands on a visitor made of address and User-Agent',
    'header, no ident, no UA': 'lands on a visitor made of the address',
    'header, no ident, allow-cookies': 'becomes a new user with every event',
    'cookie _vuid=12345': 'a server has no cookie of the hub',
    'userIdentifier number': 'a number is ignored in favour of address and User-Agent',
    'userIdentifier empty': 'becomes a real user of no name',
    'createdAt/timestamp ignored': 'the hub has no history: the time would be dropped silently',
    '/i header, identifier new (no userIdentifier)': '/i merges the visitor that stands for the sender',
    '/i header, 2nd identifier same ip/ua': '/i merges the visitor that stands for the sender',
    '/i again ident_1': '/i merges the visitor that stands for the sender',
    '/i with userIdentifier same': '/i waits five seconds for its own lock',
    '/i existing user_A from anon ip (MERGE?)': '/i merges the visitor that stands for the sender',
    '/u seed style identifier-less': 'updates the one visitor that stands for the sender',
    '/u data flat (not set)': 'is stored as nothing',
  };
  const accepted = recordedCases('vemetric/accepted.json').filter(({ request }) => isJsonObject(request));
  const bodyOf = ({ request }: (typeof accepted)[number]): JsonObject => (isJsonObject(request) ? request : {});

  it.each(accepted.filter((recordedCase) => stricter[recordedCase.case] === undefined))(
    'lets pass what the hub took: $case',
    (recordedCase) => {
      expect(vemetric.check(bodyOf(recordedCase))).toEqual([]);
    },
  );

  it.each(Object.entries(stricter))('refuses what the hub took (%s), because it %s', (name) => {
    const found = accepted.filter((recordedCase) => recordedCase.case === name);
    expect(found).toHaveLength(1);
    for (const recordedCase of found) expect(vemetric.check(bodyOf(recordedCase))).not.toEqual([]);
  });

  const rejected = recordedCases('vemetric/rejected.json');
  /** The body was fine; what was wrong, a request of ours cannot have. */
  const wrongOutsideTheBody = ['content-type text', 'no content-type'];

  it.each(rejected.filter(({ request, case: name }) => isJsonObject(request) && !wrongOutsideTheBody.includes(name)))(
    'refuses what the hub refused: $case',
    (recordedCase) => {
      expect(vemetric.check(bodyOf(recordedCase))).not.toEqual([]);
    },
  );

  it('needs no check of what its requests never lack: an object as JSON, and its content type', () => {
    const others = rejected.filter(
      ({ request, case: name }) => !isJsonObject(request) || wrongOutsideTheBody.includes(name),
    );
    expect(others.map((recordedCase) => recordedCase.case)).toEqual([
      'invalid json',
      'empty body',
      'array body',
      'content-type text',
      'no content-type',
    ]);
    for (const { status } of others) expect(status).toBe(400);
  });

  it.each([
    { payload: { name: '$$pageView', userIdentifier: 'u' }, path: 'url' },
    { payload: { name: '$$outboundLink', userIdentifier: 'u', customData: { href: 'https://x.org' } }, path: 'url' },
    { payload: { name: 'x', userIdentifier: 'u', customdata: {} }, path: 'customdata' },
    { payload: { name: 'x', userIdentifier: 'u', userData: { plan: 'pro' } }, path: 'userData.plan' },
    { payload: { userIdentifier: 'u', data: {}, customData: {} }, path: 'customData' },
  ])('points at $path in $payload', ({ payload, path }) => {
    expect(pathsOf(payload)).toEqual([path]);
  });

  it('lets a link to another site pass', () => {
    const link = {
      name: '$$outboundLink',
      url: 'https://example.com/',
      customData: { href: 'https://notexample.com/' },
    };
    expect(vemetric.check({ ...link, userIdentifier: 'u' })).toEqual([]);
  });
});

describe('what the hub drops with a 200 that looks like any other', () => {
  const dropped = recordedCases('vemetric/silently-dropped.json');
  const byBody = ['outbound internal link', 'url gtm'];
  const headersOf = Object.keys(vemetric.request(['{"name":"x","userIdentifier":"u"}'], sample).headers);

  it.each(dropped.filter(({ case: name }) => byBody.includes(name)))(
    'is refused here for its body: $case',
    ({ request }) => {
      expect(vemetric.check(isJsonObject(request) ? request : {})).not.toEqual([]);
    },
  );

  it.each(dropped.filter(({ case: name }) => !byBody.includes(name)))(
    'is a header we never send: $case',
    ({ headers }) => {
      const causes = Object.keys(headers).filter((header) => !headersOf.includes(header));
      expect(causes.length > 0 || headers['user-agent'] !== userAgent).toBe(true);
    },
  );

  it.each(recorded<{ cases: RecordedUserAgent[] }>('vemetric/user-agents.json').cases.filter(({ dropped }) => dropped))(
    'is not our User-Agent, nor one like $userAgent',
    (recordedUserAgent) => {
      expect(userAgent).not.toBe(recordedUserAgent.userAgent);
      // Endings and words of the Matomo list, which is case-sensitive.
      expect(userAgent).not.toMatch(/^node$|[Bb]ot|HubSpot|(fetch|checker|monitor|proxy)(\/|$)/);
    },
  );
});

describe('asking Vemetric', () => {
  it.each([
    { payload: { name: 'purchase', userIdentifier: 'u' }, path: '/e' },
    { payload: { userIdentifier: 'u', data: { set: {} } }, path: '/u' },
  ])('posts $payload to $path with the token in its header', ({ payload, path }) => {
    const { url, headers } = vemetric.request([JSON.stringify(payload)], sample);
    expect(url).toBe(`https://hub.vemetric.com${path}`);
    expect(headers.token).toBe('vemetric-token');
  });

  it.each(['tökén', 'to ken', 'token\n'])('takes no token that would not arrive as it is: %j', (token) => {
    expect(vemetric.settings.safeParse({ ...sample, token }).success).toBe(false);
  });
});

describe("reading Vemetric's answers", () => {
  it.each(recordedCases('vemetric/rejected.json'))('takes no refusal for a delivery: $case', (recordedCase) => {
    const verdict = vemetric.read(recordedAnswer(recordedCase), ['{}'], sample);
    const token = { kind: 'retry', reason: 'unauthorized', lane: 'credentials' };
    if (recordedCase.status === 401) expect(verdict).toMatchObject(token);
    // 400 and 404 fail by their status.
    else expect(verdict).toBeUndefined();
  });
});
