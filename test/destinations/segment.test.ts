import { describe, expect, it } from 'vitest';
import { segment } from '../../src/destinations/segment.ts';
import type { Answer } from '../../src/model/attempt.ts';
import type { CanonicalEvent } from '../../src/model/canonical-event.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { canonicalEvent, canonicalEventOf } from '../support/canonical-events.ts';
import { readProjectFile } from '../support/project-files.ts';
import { answerWith, recorded } from './recorded.ts';

const { sample } = segment;

const flavored = (flavor: string, url = 'https://events.example.com') =>
  segment.settings.parse({ ...sample, flavor, url });

function payloadOf(event: CanonicalEvent, settings = sample): JsonObject {
  const result = segment.translate(event, { settings, outgoingId: 'out-1' });
  return 'skipped' in result ? {} : result.payload;
}

const call = (members: JsonObject): string => JSON.stringify({ userId: 'u', messageId: 'm', ...members });

describe('translating for Segment', () => {
  const { context } = canonicalEvent();

  it('sends a tracked event as the spec has it', () => {
    expect(payloadOf(canonicalEvent())).toEqual({
      type: 'track',
      messageId: 'out-1',
      timestamp: '2026-03-15T14:30:00.250Z',
      userId: 'usr_1a2b3c4d5e',
      anonymousId: '5zdta4zak9',
      event: 'Subscription Payment Succeeded',
      properties: {
        amount: 2900,
        plan: 'Pro',
        trial: false,
        items: [{ sku: 'a1' }],
        revenue: 29,
        currency: 'USD',
        category: 'billing',
      },
      context: {
        ip: '81.2.69.142',
        userAgent: context.user_agent,
        locale: 'en-US',
        timezone: 'Europe/Amsterdam',
        page: {
          url: 'https://example.com/pricing?utm_source=google',
          title: 'Pricing',
          referrer: 'https://www.google.com/',
          path: '/pricing',
          search: '?utm_source=google',
        },
        campaign: context.campaign,
        device: context.device,
        os: context.os,
        app: context.app,
        groupId: 'acme',
        traits: {
          email: 'ada@example.com',
          phone: '+15551234567',
          name: 'Ada Lovelace',
          createdAt: '2025-01-20T09:55:35.000Z',
          plan: 'pro',
          seats: 3,
        },
        library: { name: 'hookstitch', version: JSON.parse(readProjectFile('package.json')).version },
      },
      integrations: { All: true },
    });
  });

  it.each<[CanonicalEvent['type'], JsonObject]>([
    ['identify', { traits: { email: 'ada@example.com', createdAt: '2025-01-20T09:55:35.000Z', seats: 3 } }],
    [
      'page',
      {
        name: 'Pricing',
        category: 'billing',
        properties: { url: context.url ?? null, path: '/pricing', amount: 2900 },
      },
    ],
    ['screen', { name: 'Pricing', category: 'billing', properties: { amount: 2900 } }],
    ['group', { groupId: 'acme', traits: { name: 'Acme', tier: 'gold', createdAt: '2024-02-15T17:25:08.000Z' } }],
    ['alias', { userId: 'usr_1a2b3c4d5e', previousId: '5zdta4zak9' }],
  ])('sends %s with what the spec gives it', (type, members) => {
    expect(payloadOf(canonicalEventOf(type))).toMatchObject({ type, messageId: 'out-1', ...members });
  });

  it('keeps null under the traits of an identify, where it removes one, and nowhere else', () => {
    const user = { id: 'u', traits: { plan: null } };
    const payload = payloadOf(canonicalEvent({ type: 'identify', user }));
    expect(payload.traits).toEqual({ plan: null });
    expect(payloadOf(canonicalEvent({ user })).context).not.toHaveProperty('traits');
    expect(segment.check(payload)).toEqual([]);
  });

  it('has no alias at SignalSmith', () => {
    const result = segment.translate(canonicalEventOf('alias'), {
      settings: flavored('signalsmith'),
      outgoingId: 'out-1',
    });
    expect(result).toEqual({ skipped: 'SignalSmith has no alias call' });
  });
});

interface Example {
  readonly receiver: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly expect: { readonly status: number; readonly body?: Json; readonly body_text?: string };
}

const flavorOf = ({ receiver }: { readonly receiver: string }): string =>
  ['segment', 'signalsmith', 'rudderstack', 'jitsu'].find((flavor) => receiver.toLowerCase().startsWith(flavor)) ?? '';

const itemsOf = ({ batch, ...single }: JsonObject): readonly JsonObject[] => {
  const items: readonly Json[] = Array.isArray(batch) ? batch : [single];
  return items.filter(isJsonObject);
};

describe('checking a payload for Segment', () => {
  const documented = recorded<{ cases: Example[] }>('segment/accepted.json').cases;

  it.each(documented)('lets pass the documented calls of $receiver, $path', ({ body }) => {
    for (const item of itemsOf(body)) expect(segment.check(item)).toEqual([]);
  });

  it('lets pass what the vendors’ own libraries send', () => {
    const wire =
      recorded<Record<string, Record<string, { body: JsonObject } | { body: JsonObject }[]> | string>>(
        'segment/sdk-wire.json',
      );
    const requests = Object.values(wire).flatMap((library) =>
      typeof library === 'string' ? [] : Object.values(library).flat(),
    );
    const items = requests.flatMap(({ body }) => itemsOf(body));
    expect(items).toHaveLength(5);
    for (const item of items) expect(segment.check(item)).toEqual([]);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['neither id', { type: 'track', event: 'e' }, ['userId']],
    ['a numeric id', { type: 'track', event: 'e', userId: 42 }, ['userId']],
    ['an empty id', { type: 'track', event: 'e', userId: '' }, ['userId']],
    ['a track without an event', { type: 'track', userId: 'u' }, ['event']],
    ['neither type nor event', { userId: 'u' }, ['type']],
    ['an unknown type', { type: 'event', event: 'e', userId: 'u' }, ['type']],
    ['a group without its id', { type: 'group', userId: 'u' }, ['groupId']],
    ['an alias without its ids', { type: 'alias', anonymousId: 'a' }, ['previousId', 'userId']],
    ['a messageId of 100 characters', { event: 'e', userId: 'u', messageId: 'm'.repeat(100) }, ['messageId']],
    ['a time in seconds', { event: 'e', userId: 'u', timestamp: 1_773_585_000 }, ['timestamp']],
    ['integrations that are no block', { event: 'e', userId: 'u', integrations: ['All'] }, ['integrations']],
    ['more than 32 KB', { event: 'e', userId: 'u', properties: { note: 'x'.repeat(32 * 1024) } }, ['']],
  ])('refuses %s', (_, payload, paths) => {
    expect(segment.check(payload).map(({ path }) => path)).toEqual(paths);
  });

  it('counts a payload without a type but with an event as a track call', () => {
    expect(segment.check({ event: 'e', anonymousId: 'a' })).toEqual([]);
  });
});

describe('asking a Segment-like', () => {
  it.each([
    { flavor: 'segment', path: '/v1/identify', batchPath: '/v1/batch' },
    { flavor: 'rudderstack', path: '/v1/identify', batchPath: '/v1/batch' },
    { flavor: 'signalsmith', path: '/api/v1/events', batchPath: '/api/v1/events/batch' },
    { flavor: 'jitsu', path: '/api/s/s2s/identify', batchPath: '/api/s/s2s/batch' },
  ])('posts to the paths of $flavor', ({ flavor, path, batchPath }) => {
    const identify = call({ type: 'identify' });
    const track = call({ type: 'track', event: 'e' });
    expect(segment.request([identify], flavored(flavor)).url).toBe(`https://events.example.com${path}`);
    const batch = segment.request([identify, track], flavored(flavor));
    expect(batch.url).toBe(`https://events.example.com${batchPath}`);
    expect(batch.body).toBe(`{"batch":[${identify},${track}]}`);
  });

  it.each(['segment', 'rudderstack', 'signalsmith'])('shows %s the write key as a user name', (flavor) => {
    const { headers } = segment.request(
      [call({ event: 'e' })],
      segment.settings.parse({ ...flavored(flavor), write_key: 'WK' }),
    );
    expect(headers.authorization).toBe('Basic V0s6');
  });

  it('shows Jitsu the write key in a header of its own', () => {
    const { headers } = segment.request([call({ event: 'e' })], flavored('jitsu'));
    expect(headers).toMatchObject({ 'x-write-key': 'segment-write-key' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('adds the type that a payload written by hand leaves out, where the path does not tell', () => {
    const untyped = call({ event: 'e' });
    const typed = `{"type":"track",${untyped.slice(1)}`;
    expect(segment.request([untyped], flavored('segment'))).toMatchObject({
      url: expect.stringMatching(/track$/),
      body: untyped,
    });
    expect(segment.request([untyped], flavored('signalsmith')).body).toBe(typed);
    expect(segment.request([untyped, untyped], flavored('segment')).body).toBe(`{"batch":[${typed},${typed}]}`);
  });

  it('takes the base URL with and without the version that Segment prints', () => {
    for (const url of ['https://api.segment.io', 'https://api.segment.io/v1/']) {
      expect(segment.request([call({ event: 'e' })], flavored('segment', url)).url).toBe(
        'https://api.segment.io/v1/track',
      );
    }
  });

  it('falls back to the address of Segment for Segment only', () => {
    expect(flavored('segment', '').url).toBe('https://api.segment.io');
    expect(flavored('jitsu', '').url).toBe('');
  });

  it.each([
    ['segment', '', 100],
    ['segment', 'https://events.eu1.segmentapis.com/v1', 100],
    ['segment', 'https://segment.io.example.com', 1],
    ['segment', 'http://127.0.0.1:3000', 1],
    ['rudderstack', 'https://rudder.example.com', 100],
    ['signalsmith', 'https://signalsmith.example.com', 100],
    ['jitsu', 'https://jitsu.example.com', 100],
  ] as const)('shares a request of %s at "%s" among %i unless told otherwise', (flavor, url, batch) => {
    const given = { type: 'segment', write_key: 'a-write-key', flavor, url };
    expect(segment.settings.parse(given).batch).toBe(batch);
    expect(segment.settings.parse({ ...given, batch: 7 }).batch).toBe(7);
  });

  it('never fills a batch beyond what any of them takes', () => {
    expect(segment.batch?.max).toBeLessThanOrEqual(500);
    expect(segment.batch?.maxBytes).toBeLessThanOrEqual(500_000 - '{"batch":[]}'.length - 500);
  });
});

const event = (messageId: string): string => call({ event: 'e', messageId });
const read = (flavor: string, answer: Answer, payloads: readonly string[] = [event('m1')]) =>
  segment.read(answer, payloads, flavored(flavor));

const credentials = { kind: 'retry', reason: 'unauthorized', lane: 'credentials' };
const rejected = { kind: 'fail', reason: 'rejected' };
const delivered = { kind: 'delivered' };

describe('reading the answers of a Segment-like', () => {
  it.each(recorded<{ cases: Example[] }>('segment/accepted.json').cases)(
    'takes the documented success of $receiver, $path, for a delivery',
    (example) => {
      const { status, body = '', body_text: text } = example.expect;
      const payloads = itemsOf(example.body).map((item) => JSON.stringify(item));
      expect(read(flavorOf(example), answerWith(status, text ?? body), payloads) ?? delivered).toEqual(delivered);
    },
  );

  interface Refused {
    readonly receiver: string;
    readonly case: string;
    readonly expect: { readonly status: number | number[]; readonly stored?: boolean; readonly body_like?: Json };
  }
  const refused = recorded<{ cases: Refused[] }>('segment/rejected.json').cases.flatMap(
    ({ expect: { status, ...rest }, ...about }) =>
      [status].flat().map((code) => ({ ...about, ...rest, flavor: flavorOf(about), status: code })),
  );
  const withStatus = refused.filter(({ status }) => status !== 200);

  it.each(withStatus)(
    'leaves $flavor’s $status to the rules that hold everywhere, unless it is about the key: $case',
    ({ flavor, status }) => {
      const verdict = read(flavor, answerWith(status, 'no'));
      if (status === 401) expect(verdict).toMatchObject(credentials);
      else expect(verdict).toBeUndefined();
    },
  );

  it.each(['Segment', 'RudderStack'])('takes the 403 of %s for a wrong key', (title) => {
    expect(read(title.toLowerCase(), answerWith(403, 'no'))).toMatchObject({
      ...credentials,
      message: expect.stringContaining(title),
    });
  });

  it.each(['signalsmith', 'jitsu'])('takes the 403 of %s for a refusal of this payload', (flavor) => {
    expect(read(flavor, answerWith(403, 'no'))).toBeUndefined();
  });

  it.each(['segment', 'signalsmith', 'rudderstack', 'jitsu'])('tries again after a 410 of %s', (flavor) => {
    expect(read(flavor, answerWith(410, 'gone'))).toMatchObject({
      kind: 'retry',
      message: expect.stringContaining('gone'),
    });
  });

  it('is prepared for every refusal that looks like success', () => {
    const silent = refused.filter(({ status, stored }) => status === 200 && stored === false);
    expect(silent.map(({ case: name }) => name)).toEqual([
      'batch with more than 2500 events', // batch.max
      'neither userId nor anonymousId', // check
      'track without event', // check
      'messageId seen before', // a copy is what it should drop
      'EU workspace sent to api.segment.io', // cannot be told: url is configuration
      'unknown key, browser path /api/s/track', // we use the s2s path
      'no destinations', // cannot be told: the key is right
    ]);
  });

  it.each<[string, string, Json, object | undefined]>([
    [
      'signalsmith',
      'names the rejected event',
      { received: 2, accepted: 1, rejected: 1, errors: [{ index: 1, message: 'bad' }] },
      [delivered, rejected],
    ],
    [
      'signalsmith',
      'rejects both',
      { received: 2, accepted: 0, rejected: 2, errors: [{ index: 0 }, { index: 1 }] },
      [rejected, rejected],
    ],
    ['signalsmith', 'does not say which', { received: 2, accepted: 1, rejected: 1, errors: [] }, rejected],
    [
      'signalsmith',
      'names only one of two',
      { received: 2, accepted: 0, rejected: 2, errors: [{ index: 1 }] },
      rejected,
    ],
    ['signalsmith', 'accepts both', { received: 2, accepted: 2, rejected: 0, errors: [] }, delivered],
    [
      'jitsu',
      'names the rejected event',
      { ok: false, receivedEvents: 2, okEvents: 1, errors: ['Message ID: m2: too long'] },
      [delivered, rejected],
    ],
    ['jitsu', 'does not say which', { ok: false, receivedEvents: 2, okEvents: 1 }, rejected],
    [
      'jitsu',
      'already knows the other one',
      { ok: false, okEvents: 0, deduplicatedEvents: 1, errors: ['Message ID: m1: no'] },
      [rejected, delivered],
    ],
    ['jitsu', 'accepts both', { ok: true, receivedEvents: 2, okEvents: 2 }, undefined],
    ['rudderstack', 'says ok', 'ok', undefined],
  ])('reads a batch where %s %s', (flavor, _, body, verdicts) => {
    const verdict = read(flavor, answerWith(200, body), [event('m1'), event('m2')]);
    if (verdicts === undefined) expect(verdict).toBeUndefined();
    else expect(verdict).toMatchObject(verdicts);
  });

  it('recognises an id that Jitsu cut and cleaned', () => {
    const long = `stripe:${'9'.repeat(80)}`;
    const errors = [`Message ID: ${`stripe_${'9'.repeat(80)}`.slice(0, 64)}: no`];
    const verdict = read('jitsu', answerWith(200, { ok: false, okEvents: 1, errors }), [event('m1'), event(long)]);
    expect(verdict).toMatchObject([delivered, rejected]);
  });

  it('tells what a single event was rejected for', () => {
    expect(read('jitsu', answerWith(200, { ok: false, error: 'event name is too long' }))).toMatchObject({
      ...rejected,
      message: 'This event was rejected. The answer: event name is too long',
    });
  });
});
