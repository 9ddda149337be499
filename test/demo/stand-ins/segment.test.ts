import { describe, expect, it } from 'vitest';
import { startSegment } from '../../../src/demo/stand-ins/segment.ts';
import type { SegmentFlavor } from '../../../src/demo/stand-ins/segment-flavors.ts';
import { casesOf, closesStandIns, post, type RecordedHeaders } from './replay.ts';

const opened = closesStandIns();
const writeKeys: Readonly<Record<SegmentFlavor, string>> = {
  segment: 'WK',
  rudderstack: 'RWK',
  signalsmith: 'SSK',
  jitsu: 'ID:SECRET',
};
const start = (flavor: SegmentFlavor) => opened(startSegment({ flavor, writeKey: writeKeys[flavor] }));
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(key).toString('base64')}` });
const auth = (flavor: SegmentFlavor) => basic(flavor === 'jitsu' ? writeKeys.jitsu : `${writeKeys[flavor]}:`);
const track = (fields: object = {}) => ({ type: 'track', userId: 'u1', event: 'Order Completed', ...fields });

interface Documented {
  readonly flavor: SegmentFlavor;
  readonly path: string;
  readonly request: { readonly batch?: readonly unknown[] };
  readonly answer?: unknown;
}

const asText = (answer: unknown): string => (typeof answer === 'string' ? answer : JSON.stringify(answer));

describe.each(casesOf<Documented>('segment/accepted.json'))(
  'the $flavor stand-in',
  ({ flavor, path, request, answer }) => {
    it(`answers ${path} as documented`, async () => {
      const standIn = await start(flavor);
      const reply = await post(standIn.url + path, request, auth(flavor));
      expect(reply.status).toBe(200);
      if (answer !== undefined) expect(reply.body).toBe(asText(answer));
      const items = standIn.received.flatMap((call) => call.items);
      expect(items).toHaveLength(request.batch?.length ?? 1);
      expect(items.every(({ person, body }) => person !== null && typeof body.type === 'string')).toBe(true);
    });
  },
);

describe.each(casesOf<Documented & { client: string; headers: RecordedHeaders }>('segment/clients.json'))(
  'the $flavor stand-in',
  ({ client, flavor, path, headers, request }) => {
    it(`takes what ${client} sends`, async () => {
      const standIn = await start(flavor);
      expect(await post(standIn.url + path, request, headers)).toMatchObject({ status: 200 });
      expect(standIn.received.flatMap((call) => call.items)).toHaveLength(request.batch?.length ?? 0);
      expect(standIn.distinct()).not.toEqual([]);
    });
  },
);

describe('the segment stand-in', () => {
  it.each([
    ['no ids', 'no_user_anon_id', track({ userId: undefined })],
    ['a track without an event', 'track_without_event', track({ event: '' })],
    ['an unknown type', 'unknown_type', track({ type: 'purchase' })],
    ['a timestamp that is not ISO 8601', 'timestamp_not_iso', track({ timestamp: 1_742_048_000_000 })],
  ])('says success to %s and throws it away', async (_name, reason, item) => {
    const segment = await start('segment');
    const reply = await post(`${segment.url}/v1/batch`, { batch: [item, track({ messageId: 'm1' })] }, auth('segment'));
    expect(reply).toMatchObject({ status: 200, body: '{"success":true}' });
    expect(segment.dropped).toMatchObject([{ reason }]);
    expect(segment.distinct()).toEqual(['m1']);
  });

  it('throws away a messageId it has seen', async () => {
    const segment = await start('segment');
    for (const messageId of ['m1', 'm2', 'm1']) {
      await post(`${segment.url}/v1/track`, track({ messageId }), auth('segment'));
    }
    expect(segment.received).toHaveLength(2);
    expect(segment.dropped).toMatchObject([{ reason: 'duplicate' }]);
  });

  it.each([
    [2500, 2500, 0],
    [2501, 0, 2501],
  ])('of a batch of %i keeps %i', async (size, kept, lost) => {
    const segment = await start('segment');
    const batch = Array.from({ length: size }, () => track());
    expect(await post(`${segment.url}/v1/batch`, { batch }, auth('segment'))).toMatchObject({ status: 200 });
    expect([segment.received.flatMap(({ items }) => items).length, segment.dropped.length]).toEqual([kept, lost]);
  });

  it.each([
    ['an event over 32 KB', '/v1/track', track({ note: 'x'.repeat(32 * 1024) })],
    [
      'a batch over 500 KB',
      '/v1/batch',
      { batch: Array.from({ length: 20 }, () => track({ note: 'x'.repeat(26_000) })) },
    ],
    ['a body that is not JSON', '/v1/track', '{bad'],
    ['a batch without events', '/v1/batch', { events: [] }],
  ])('refuses %s with 400', async (_name, path, body) => {
    const segment = await start('segment');
    expect(await post(segment.url + path, body, auth('segment'))).toMatchObject({ status: 400 });
    expect(segment.refused).toMatchObject([{ status: 400 }]);
  });

  it('takes the write key from the body', async () => {
    const segment = await start('segment');
    await post(`${segment.url}/v1/track`, track({ writeKey: 'WK' }));
    expect(segment.received).toHaveLength(1);
  });

  it('says success to a key it does not know and throws the events away', async () => {
    const segment = await start('segment');
    expect(await post(`${segment.url}/v1/track`, track(), basic('nope:'))).toMatchObject({ status: 200 });
    expect(segment.dropped).toMatchObject([{ reason: 'unknown_write_key' }]);
  });

  it('knows no other path', async () => {
    const segment = await start('segment');
    expect(await post(`${segment.url}/v1/merge`, track(), auth('segment'))).toMatchObject({ status: 404 });
  });
});

describe.each([
  ['rudderstack', '/v1/track'],
  ['signalsmith', '/api/v1/events'],
  ['jitsu', '/api/s/s2s/track'],
] as const)('the %s stand-in', (flavor, path) => {
  it('refuses a wrong key with 401', async () => {
    const standIn = await start(flavor);
    expect(await post(standIn.url + path, track(), basic('nope:'))).toMatchObject({ status: 401 });
    expect(standIn.refused).toMatchObject([{ reason: 'unauthorized' }]);
  });
});

describe('the rudderstack stand-in', () => {
  it('refuses a whole batch for one event without ids', async () => {
    const rudderstack = await start('rudderstack');
    const batch = [track(), track({ userId: '' })];
    expect(await post(`${rudderstack.url}/v1/batch`, { batch }, auth('rudderstack'))).toMatchObject({
      status: 400,
      body: 'request neither has anonymousId nor userId',
    });
    expect(rudderstack.received).toEqual([]);
  });

  it('refuses a body over 4000 KB with 413', async () => {
    const rudderstack = await start('rudderstack');
    const reply = await post(
      `${rudderstack.url}/v1/track`,
      track({ note: 'x'.repeat(4_096_000) }),
      auth('rudderstack'),
    );
    expect(reply.status).toBe(413);
  });
});

describe('the signalsmith stand-in', () => {
  it.each([
    [403, track({ type: 'alias' })],
    [422, track({ userId: undefined })],
  ])('refuses one event with %i', async (status, item) => {
    const signalsmith = await start('signalsmith');
    expect(await post(`${signalsmith.url}/api/v1/events`, item, auth('signalsmith'))).toMatchObject({ status });
  });

  it('tells which events of a batch it rejected', async () => {
    const signalsmith = await start('signalsmith');
    const batch = [track(), track({ userId: undefined })];
    const reply = await post(`${signalsmith.url}/api/v1/events/batch`, { batch }, auth('signalsmith'));
    expect(JSON.parse(reply.body)).toMatchObject({ received: 2, accepted: 1, rejected: 1, errors: [{ index: 1 }] });
    expect(signalsmith.dropped).toHaveLength(1);
  });

  it('refuses a batch of more than 500', async () => {
    const signalsmith = await start('signalsmith');
    const batch = Array.from({ length: 501 }, () => track());
    const reply = await post(`${signalsmith.url}/api/v1/events/batch`, { batch }, auth('signalsmith'));
    expect(reply.status).toBe(400);
  });
});

describe('the jitsu stand-in', () => {
  const tooLong = track({ event: 'x'.repeat(129), messageId: 'm2' });

  it('refuses one event with a name over 128 characters', async () => {
    const jitsu = await start('jitsu');
    expect(await post(`${jitsu.url}/api/s/s2s/track`, tooLong, auth('jitsu'))).toMatchObject({ status: 400 });
  });

  it('answers 200 to a batch of which it took only some', async () => {
    const jitsu = await start('jitsu');
    const reply = await post(`${jitsu.url}/v1/batch`, { batch: [track({ messageId: 'm1' }), tooLong] }, auth('jitsu'));
    expect({ status: reply.status, ...JSON.parse(reply.body) }).toMatchObject({
      status: 200,
      ok: false,
      receivedEvents: 2,
      okEvents: 1,
      errors: [expect.stringMatching(/^Message ID: m2: /)],
    });
    expect(jitsu.distinct()).toEqual(['m1']);
  });

  it.each([
    ['the X-Write-Key header', '', { 'x-write-key': 'ID:SECRET' }],
    ['the query', '?writekey=ID:SECRET', {}],
  ])('takes the write key from %s', async (_place, query, headers) => {
    const jitsu = await start('jitsu');
    await post(`${jitsu.url}/api/s/s2s/event${query}`, track(), headers);
    expect(jitsu.received).toHaveLength(1);
  });
});
