import { describe, expect, it } from 'vitest';
import { startUmami } from '../../../src/demo/stand-ins/umami.ts';
import { casesOf, chrome, closesStandIns, post, type RecordedHeaders, recorded } from './replay.ts';

const websiteId = '11111111-2222-4333-8444-555555555555';
const opened = closesStandIns();
const start = (geoDatabase = false) => opened(startUmami({ websiteId, geoDatabase }));
const event = (payload: object = {}) => ({ type: 'event', payload: { website: websiteId, name: 'x', ...payload } });

interface Recorded {
  readonly case: string;
  readonly headers: RecordedHeaders;
  readonly request: unknown;
}

describe('the umami stand-in', () => {
  const spoiled: Readonly<Record<string, string>> = {
    'timestamp.milliseconds': 'timestamp_in_milliseconds',
    'identify.no_data': 'identify_without_data',
  };

  it.each(casesOf<Recorded>('umami/accepted.json'))('takes $case', async ({ case: name, headers, request }) => {
    const umami = await start();
    const reply = await post(`${umami.url}/api/send`, request, recorded(headers));
    expect(reply.status).toBe(200);
    expect(Object.keys(JSON.parse(reply.body))).toEqual(['cache', 'sessionId', 'visitId']);
    const reason = spoiled[name];
    if (reason === undefined) expect(umami.received).toMatchObject([{ body: request, items: [{ dedupeId: null }] }]);
    else expect(umami.dropped).toMatchObject([{ reason }]);
  });

  it.each(casesOf<Recorded & { readonly response: unknown }>('umami/rejected.json'))(
    'answers $case with the recorded 400',
    async ({ request, response }) => {
      const umami = await start();
      const reply = await post(`${umami.url}/api/send`, request);
      expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({
        status: 400,
        body: response,
      });
      expect(umami.refused).toMatchObject([{ status: 400, partlyStored: false }]);
    },
  );

  it.each(casesOf<Failed>('umami/failed.json'))('answers $case with the recorded 500', async (failed) => {
    const umami = await start();
    const reply = await post(`${umami.url}/api/send`, failed.request, recorded(failed.headers));
    expect(reply.status).toBe(500);
    const { errorObject } = JSON.parse(reply.body).error;
    if (failed.errorObject.name === 'PrismaClientValidationError') {
      // The rest of this message prints the row that was to be written, with random ids.
      expect(errorObject.name).toBe('PrismaClientValidationError');
      expect(errorObject.message).toContain('`prisma.revenue.create()`');
    } else expect(errorObject).toEqual(failed.errorObject);
    expect(umami.refused).toMatchObject([{ status: 500, partlyStored: failed.partlyStored }]);
  });

  it.each(casesOf<Batch>('umami/batch.json'))('answers a batch: $case', async (batch) => {
    const umami = await start();
    const reply = await post(
      `${umami.url}/api/batch`,
      batch.request,
      recorded({ 'user-agent': chrome, ...batch.headers }),
    );
    const body = JSON.parse(reply.body);
    expect(reply.status).toBe(batch.status);
    expect(typeof body.cache === 'string' ? { ...body, cache: '<jwt>' } : body).toEqual(batch.body);
    const items = umami.received.flatMap((call) => call.items);
    const partlyStored = umami.refused.filter((refused) => refused.partlyStored);
    expect(items.filter(({ body: { type } }) => type === 'event').length + partlyStored.length).toBe(batch.events);
  });

  it.each(casesOf<{ userAgent: string | null; dropped: boolean }>('umami/user-agents.json'))(
    'hears $userAgent: dropped $dropped',
    async ({ userAgent, dropped }) => {
      const umami = await start();
      const reply = await post(`${umami.url}/api/send`, event(), { 'user-agent': userAgent });
      expect(reply.status).toBe(200);
      expect(reply.body === '{"beep":"boop"}').toBe(dropped);
      expect([umami.received.length, umami.dropped.length]).toEqual(dropped ? [0, 1] : [1, 0]);
    },
  );

  it('takes a bot in the payload before a browser in the header', async () => {
    const umami = await start();
    await post(`${umami.url}/api/send`, event({ userAgent: 'Googlebot/2.1' }));
    expect(umami.dropped).toMatchObject([{ reason: 'bot' }]);
  });

  it('stores a timestamp in milliseconds in the year 58858', async () => {
    const umami = await start();
    await post(`${umami.url}/api/send`, event({ timestamp: 1_795_225_977_000 }));
    expect(umami.dropped).toMatchObject([{ detail: 'stored in the year 58858' }]);
  });

  it('keeps one session per id, whoever sends it', async () => {
    const umami = await start();
    const replies = [
      await post(`${umami.url}/api/send`, event({ id: 'cus_1' })),
      await post(`${umami.url}/api/send`, event({ id: 'cus_1' }), { 'user-agent': 'Mozilla/5.0 Gateway/1.0' }),
      await post(`${umami.url}/api/send`, event({ id: 'cus_2' })),
    ];
    const [first, second, third] = replies.map(({ body }) => JSON.parse(body).sessionId);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
    expect(umami.received.map(({ items }) => items[0]?.person)).toEqual(['cus_1', 'cus_1', 'cus_2']);
  });

  it('looks a public address up where it has a geo database', async () => {
    const umami = await start(true);
    expect(await post(`${umami.url}/api/send`, event({ ip: '81.2.69.142' }))).toMatchObject({ status: 200 });
  });

  it('stores an event without its session when it is sent the cache token of an earlier answer', async () => {
    const umami = await start();
    await post(`${umami.url}/api/send`, event({ id: 'a' }), { 'x-umami-cache': 'token' });
    expect(umami.dropped).toMatchObject([{ reason: 'cache_header' }]);
  });

  it('has a heartbeat, one spelling of its paths and no other method', async () => {
    const umami = await start();
    const heartbeat = await fetch(`${umami.url}/api/heartbeat`);
    expect(await heartbeat.json()).toEqual({ ok: true });
    expect((await fetch(`${umami.url}/api/send`)).status).toBe(405);
    expect(await post(`${umami.url}/api/send/`, event())).toMatchObject({
      status: 308,
      headers: { location: '/api/send' },
    });
    expect(await post(`${umami.url}/send`, event())).toMatchObject({ status: 404 });
    expect(umami.received).toEqual([]);
  });
});

interface Failed extends Recorded {
  readonly errorObject: Readonly<Record<string, unknown>>;
  readonly partlyStored: boolean;
}

interface Batch extends Recorded {
  readonly status: number;
  readonly body: unknown;
  /** Rows of the events table, those of half-written items included. */
  readonly events: number;
}
