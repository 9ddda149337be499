import { describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';
import { isJsonObject, type Json } from '../../src/model/json.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { settleDeliveries } from '../contracts/store-samples.ts';
import { now } from '../sources/raw-request.ts';
import { attemptOf, claimDeliveries, draft, testAdmin, translateAll } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { signedPost, type TestReceiver, testReceiver } from '../support/receiver.ts';

const stripeEvent = (id: string, type = 'invoice.paid') => JSON.stringify({ id, type });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The members of a page, or of any JSON that holds `items`. */
function itemsOf(page: Json): readonly Record<string, Json>[] {
  const items = isJsonObject(page) ? page.items : undefined;
  return Array.isArray(items) ? items : expect.unreachable(`no items in ${JSON.stringify(page)}`);
}

const idsOf = (page: Json): readonly Json[] => itemsOf(page).map(({ external_id }) => external_id ?? null);
const cursorOf = (page: Json): Json => (isJsonObject(page) ? (page.next_cursor ?? null) : null);

/** One event a second, from 12:00:01 on. */
async function receiverWithEvents(ids: readonly string[]): Promise<TestReceiver> {
  let seconds = 0;
  const receiver = await testReceiver({ clock: { now: () => new Date(now.getTime() + seconds * 1000) } });
  for (const id of ids) {
    seconds += 1;
    await receiver.post(stripe, stripeEvent(id));
  }
  return receiver;
}

describe('GET /api/stats', () => {
  it('counts nothing at first', async () => {
    const { get } = await testAdmin(await testReceiver());
    const answer = await get('/api/stats');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(answer.text)).toEqual({
      events: { received: 0, translated: 0, unmatched: 0, failed: 0 },
      deliveries: { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 },
      oldest_pending_seconds: 0,
      stitching: {},
    });
  });

  it('counts events and deliveries by status, and tells how long the oldest has waited', async () => {
    const receiver = await testReceiver();
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await receiver.post(stripe, stripeEvent(id));
    await receiver.post(callrail, '<html>');
    await translateAll(receiver, ({ externalId }) =>
      externalId === 'evt_1' ? { runs: [], drafts: [draft('one'), draft('two')] } : { runs: [], why: 'no mapping' },
    );
    await receiver.post(stripe, stripeEvent('evt_4'));
    await claimDeliveries(receiver.store, 'two');
    const admin = await testAdmin(receiver, { clock: { now: () => new Date(now.getTime() + 90_500) } });
    expect(await admin.json('/api/stats')).toEqual({
      events: { received: 1, translated: 1, unmatched: 2, failed: 1 },
      deliveries: { pending: 1, in_flight: 1, delivered: 0, dead: 0, cancelled: 0 },
      oldest_pending_seconds: 90.5,
      stitching: {},
    });
  });
});

describe('the stitching in GET /api/stats', () => {
  it('tells by source where the ids came from, and the share that the links had a part in', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, stripeEvent('evt_1'));
    await translateAll(receiver, () => ({ runs: [], origins: ['link', 'event', 'nowhere', 'link'] }));

    expect(await (await testAdmin(receiver)).json('/api/stats')).toMatchObject({
      stitching: { stripe: { event: 1, link: 2, stable_id: 0, nowhere: 1, rate: 0.5 } },
    });
  });
});

describe('GET /api/events', () => {
  it('lists what is stored in short, the newest first', async () => {
    const receiver = await receiverWithEvents(['evt_1', 'evt_2']);
    await receiver.post(callrail, '<html>', 'post_call');
    const page = await (await testAdmin(receiver)).json('/api/events');
    expect(page).toMatchObject({ next_cursor: null });
    expect(itemsOf(page)).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
        source: 'callrail',
        type: 'post_call',
        external_id: expect.stringMatching(/^body:[0-9a-f]{64}$/),
        status: 'failed',
        reason: 'not_json',
        message: 'The body is not JSON in UTF-8.',
        occurred_at: '2026-11-01T12:00:02.000Z',
        received_at: '2026-11-01T12:00:02.000Z',
        waits_for: null,
        due_at: null,
        deliveries: [],
      },
      expect.objectContaining({ external_id: 'evt_2', status: 'received', reason: null, message: null }),
      expect.objectContaining({ external_id: 'evt_1', received_at: '2026-11-01T12:00:01.000Z' }),
    ]);
  });

  it('is cut into pages that a cursor continues, also when new events come in between', async () => {
    const receiver = await receiverWithEvents(upTo(7).map((number) => `evt_${number}`));
    const admin = await testAdmin(receiver);
    const first = await admin.json('/api/events?limit=3');
    expect(idsOf(first)).toEqual(['evt_7', 'evt_6', 'evt_5']);
    await receiver.post(stripe, stripeEvent('evt_8'));
    const second = await admin.json(`/api/events?limit=3&cursor=${cursorOf(first)}`);
    expect(idsOf(second)).toEqual(['evt_4', 'evt_3', 'evt_2']);
    const third = await admin.json(`/api/events?limit=3&cursor=${cursorOf(second)}`);
    expect(idsOf(third)).toEqual(['evt_1']);
    expect(cursorOf(third)).toBeNull();
  });

  it('has fifty on a page, and at most two hundred', async () => {
    const receiver = await testReceiver();
    const batch = (from: number) =>
      JSON.stringify(upTo(100).map((number) => ({ eventId: from + number, subscriptionType: 'contact.creation' })));
    for (const from of [0, 100, 200]) await receiver.post(hubspot, batch(from));
    const admin = await testAdmin(receiver);
    expect(itemsOf(await admin.json('/api/events'))).toHaveLength(50);
    expect(itemsOf(await admin.json('/api/events?limit=200'))).toHaveLength(200);
  });

  it.each<[string, readonly string[]]>([
    ['source=stripe', ['evt_2', 'evt_1']],
    ['source=callrail', []],
    ['source=hubspot&type=contact.creation', []],
    ['type=invoice.paid', ['evt_2', 'evt_1']],
    ['type=invoice', []],
    ['status=received', ['evt_2', 'evt_1']],
    ['status=failed', []],
    ['since=2026-11-01T12:00:02Z', ['evt_2']],
    ['until=2026-11-01T12:00:02Z', ['evt_1']],
    ['since=2026-11-01T13:00:01.001%2B01:00', ['evt_2']],
    ['since=2026-11-01T12:00:01Z&until=2026-11-01T12:00:03Z&source=stripe&type=invoice.paid', ['evt_2', 'evt_1']],
  ])('is filtered by %s', async (query, expected) => {
    const { json } = await testAdmin(await receiverWithEvents(['evt_1', 'evt_2']));
    expect(idsOf(await json(`/api/events?${query}`))).toEqual(expected);
  });
});

describe('a parameter that cannot be', () => {
  it.each<[string, string, string]>([
    ['events', 'limit=0', 'limit'],
    ['events', 'limit=201', 'limit'],
    ['events', 'limit=-1', 'limit'],
    ['events', 'limit=1.5', 'limit'],
    ['events', 'limit=many', 'limit'],
    ['events', 'limit=', 'limit'],
    ['events', 'cursor=nonsense', 'cursor'],
    ['events', `cursor=${'x'.repeat(201)}`, 'cursor'],
    ['events', 'status=pending', 'status'],
    ['events', 'status=', 'status'],
    ['events', 'since=yesterday', 'since'],
    ['events', 'since=2026-11-01', 'since'],
    ['events', 'since=2026-11-01T12:00:00', 'since'],
    ['events', 'until=2026-02-30T00:00:00Z', 'until'],
    ['events', 'sort=asc', 'sort'],
    ['events', 'status[]=failed', 'status[]'],
    ['events', '__proto__=x', '__proto__'],
    ['deliveries', 'limit=0', 'limit'],
    ['deliveries', 'cursor=nonsense', 'cursor'],
    ['deliveries', 'status=received', 'status'],
    ['deliveries', 'reason=bored', 'reason'],
    ['deliveries', 'source=stripe', 'source'],
    ['deliveries', 'since=yesterday', 'since'],
  ])('of /api/%s is answered 400 with its name: %s', async (list, query, name) => {
    const { get } = await testAdmin(await testReceiver());
    const { status, text } = await get(`/api/${list}?${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 'request_invalid', message: expect.stringContaining(name) },
    });
  });

  it('is named beside the others', async () => {
    const { get } = await testAdmin(await testReceiver());
    const { text } = await get('/api/events?limit=0&status=x&since=now');
    for (const name of ['limit: ', 'status: ', 'since: ']) expect(text).toContain(name);
  });
});

describe('GET /api/events/:id', () => {
  async function detailOf(receiver: TestReceiver): Promise<Json> {
    const [event] = await receiver.events();
    return (await testAdmin(receiver)).json(`/api/events/${event?.id}`);
  }

  it('shows the request as it came', async () => {
    const receiver = await testReceiver();
    const body = ' {"resource_id":"CAL1","note":"Zoë – 電話","a":1,"a":2}\r\n';
    const { headers, ...post } = signedPost(callrail, body);
    const sent = {
      ...headers,
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'User-Agent': 'CallRail',
      'X-Twice': ['a', 'b'],
    };
    await request(`${receiver.url}/in/callrail/post_call?x=1`, { ...post, headers: sent });
    expect(await detailOf(receiver)).toEqual({
      id: expect.stringMatching(/^evt_/),
      source: 'callrail',
      type: 'post_call',
      external_id: expect.stringMatching(/^\["CAL1","post_call","[0-9a-f]{64}"\]$/),
      status: 'received',
      reason: null,
      message: null,
      occurred_at: now.toISOString(),
      received_at: now.toISOString(),
      waits_for: null,
      due_at: null,
      tries: 0,
      request: {
        method: 'POST',
        url: 'https://hooks.example.com/in/callrail/post_call?x=1',
        kind: 'post_call',
        headers: {
          host: `127.0.0.1:${receiver.port}`,
          connection: 'close',
          'content-length': String(Buffer.byteLength(body)),
          'content-type': 'application/json',
          'user-agent': 'CallRail',
          'x-twice': 'a, b',
          signature: headers.signature,
        },
        item: null,
        body,
        body_encoding: 'utf8',
      },
      runs: null,
      deliveries: [],
    });
  });

  it.each<[string, readonly number[], string, string]>([
    ['text', [0x7b, 0x7d], '{}', 'utf8'],
    ['nothing', [], '', 'utf8'],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d], '\ufeff{}', 'utf8'],
    ['a NUL', [0x00], '\u0000', 'utf8'],
    ['bytes that are no text', [0x22, 0xff, 0x22], 'Iv8i', 'base64'],
    ['half a character', [0xe2, 0x82], '4oI=', 'base64'],
  ])('shows a body of %s byte for byte', async (_name, bytes, body, body_encoding) => {
    const receiver = await testReceiver();
    await receiver.post(callrail, Uint8Array.from(bytes));
    expect(await detailOf(receiver)).toMatchObject({ request: { body, body_encoding } });
    expect(Buffer.from(body, body_encoding === 'base64' ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes));
  });

  it('shows which element of a batch it is', async () => {
    const receiver = await testReceiver();
    await receiver.post(hubspot, '[{"eventId":1,"subscriptionType":"a"},{"eventId":2,"subscriptionType":"b"}]');
    const admin = await testAdmin(receiver);
    for (const { id, type } of await receiver.events()) {
      expect(await admin.json(`/api/events/${id}`)).toMatchObject({ request: { item: type === 'a' ? 0 : 1 } });
    }
  });

  it('shows what the mappings made of it, its deliveries and their attempts', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, stripeEvent('evt_1'));
    const runs = [{ mapping: 'stripe.yaml', version: 'v1', outcome: 'translated', items: [] }];
    await translateAll(receiver, () => ({ runs, drafts: [draft('one', { event: 'Paid' }), draft('two')] }));
    const [delivery] = await claimDeliveries(receiver.store, 'one');
    await retryThenGiveUp(receiver, delivery);
    const event = await detailOf(receiver);
    const [{ id } = { id: '' }] = await receiver.events();
    expect(event).toMatchObject({ status: 'translated', tries: 1, runs });
    expect(isJsonObject(event) && event.deliveries).toEqual([
      {
        id: delivery?.id,
        event_id: id,
        destination: 'one',
        mapping: 'one.yaml',
        mapping_version: 'v1',
        item: 0,
        outgoing_id: '0b5d1c0e-0000-8000-8000-000000000000',
        stitch: null,
        attempts: 2,
        failures: 2,
        is_behind: false,
        replay_of: null,
        created_at: now.toISOString(),
        status: 'dead',
        due_at: null,
        lease_ends_at: null,
        settled_at: now.toISOString(),
        reason: 'rejected',
        payload: { event: 'Paid' },
        history: [
          {
            id: expect.stringMatching(/^att_/),
            number: 1,
            started_at: now.toISOString(),
            duration_ms: 12,
            outcome: 'retry',
            reason: 'timeout',
            message: 'no answer within 15 s',
            response: null,
          },
          expect.objectContaining({
            number: 2,
            outcome: 'fail',
            reason: 'rejected',
            message: 'HTTP 400',
            response: { status: 400, body: '{"error":"bad"}' },
          }),
        ],
      },
      expect.objectContaining({ destination: 'two', status: 'pending', due_at: now.toISOString(), history: [] }),
    ]);
  });

  it('tells why nothing came of it', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, stripeEvent('evt_1'));
    await translateAll(receiver, () => ({ runs: [], why: 'no mapping for stripe events of type "invoice.paid"' }));
    expect(await detailOf(receiver)).toMatchObject({
      status: 'unmatched',
      reason: null,
      message: 'no mapping for stripe events of type "invoice.paid"',
      runs: [],
    });
  });
});

/** A first attempt without an answer, a second that is refused for good. */
async function retryThenGiveUp({ store }: TestReceiver, delivery: ClaimedDelivery | undefined): Promise<void> {
  if (delivery === undefined) return expect.unreachable('nothing is due');
  const first = attemptOf(delivery, { kind: 'retry', reason: 'timeout', message: 'no answer within 15 s' });
  await settleDeliveries(store, [
    { delivery, settledAt: now, to: 'pending', attempt: first, dueAt: now, counts: true },
  ]);
  const [again] = await claimDeliveries(store, delivery.destination);
  if (again === undefined) return expect.unreachable('nothing is due again');
  const response = { status: 400, body: '{"error":"bad"}' };
  const second = attemptOf(again, { kind: 'fail', reason: 'rejected', message: 'HTTP 400', response });
  const dead = { to: 'dead', attempt: second, reason: 'rejected', cause: 'HTTP <n>' } as const;
  await settleDeliveries(store, [{ delivery: again, settledAt: now, ...dead }]);
}

describe('GET /api/deliveries', () => {
  /** To `one`: delivered and dead; to `two`: pending and in flight. */
  async function receiverWithDeliveries(): Promise<TestReceiver> {
    const receiver = await testReceiver();
    for (const id of ['evt_1', 'evt_2']) await receiver.post(stripe, stripeEvent(id));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one'), draft('two')] }));
    const [first, second] = await claimDeliveries(receiver.store, 'one');
    await retryThenGiveUp(receiver, second);
    if (first === undefined) return expect.unreachable('nothing is due');
    const attempt = attemptOf(first, { kind: 'delivered', response: { status: 200, body: 'ok' } });
    await settleDeliveries(receiver.store, [{ delivery: first, settledAt: now, to: 'delivered', attempt }]);
    await claimDeliveries(receiver.store, 'two', now, 1);
    return receiver;
  }

  it('lists deliveries in short, the newest first, with what the last attempt said', async () => {
    const { json } = await testAdmin(await receiverWithDeliveries());
    const items = itemsOf(await json('/api/deliveries'));
    expect(items.map(({ destination, status }) => `${destination} ${status}`)).toEqual([
      'two pending',
      'one dead',
      'two in_flight',
      'one delivered',
    ]);
    expect(items[1]).toEqual({
      id: expect.stringMatching(/^dlv_/),
      event_id: expect.stringMatching(/^evt_/),
      destination: 'one',
      mapping: 'one.yaml',
      mapping_version: 'v1',
      item: 0,
      outgoing_id: '0b5d1c0e-0000-8000-8000-000000000000',
      stitch: null,
      attempts: 2,
      failures: 2,
      is_behind: false,
      replay_of: null,
      created_at: now.toISOString(),
      status: 'dead',
      due_at: null,
      lease_ends_at: null,
      settled_at: now.toISOString(),
      reason: 'rejected',
      last_message: 'HTTP 400',
    });
    expect(items[2]).toMatchObject({ lease_ends_at: '2026-11-01T12:01:00.000Z', last_message: null });
  });

  it.each<[string, readonly string[]]>([
    ['destination=one', ['dead', 'delivered']],
    ['status=pending', ['pending']],
    ['status=in_flight', ['in_flight']],
    ['reason=rejected', ['dead']],
    ['reason=timeout', []],
    ['destination=two&status=dead', []],
    ['destination=one&status=dead&reason=rejected', ['dead']],
    [`destination=one&since=${now.toISOString()}`, ['dead', 'delivered']],
    [`destination=one&until=${now.toISOString()}`, []],
    [`reason=rejected&cause=HTTP+%3Cn%3E&since=${now.toISOString()}`, ['dead']],
    [`reason=rejected&cause=HTTP+%3Cn%3E&until=${now.toISOString()}`, []],
  ])('is filtered by %s', async (query, expected) => {
    const { json } = await testAdmin(await receiverWithDeliveries());
    expect(itemsOf(await json(`/api/deliveries?${query}`)).map(({ status }) => status)).toEqual(expected);
  });

  it('is cut into pages', async () => {
    const { json } = await testAdmin(await receiverWithDeliveries());
    const first = await json('/api/deliveries?limit=3');
    const second = await json(`/api/deliveries?limit=3&cursor=${cursorOf(first)}`);
    expect([itemsOf(first).length, itemsOf(second).length, cursorOf(second)]).toEqual([3, 1, null]);
  });

  it('shows one of them with its payload and history', async () => {
    const { json } = await testAdmin(await receiverWithDeliveries());
    const [dead] = itemsOf(await json('/api/deliveries?status=dead'));
    const { last_message: _, ...summary } = dead ?? {};
    expect(await json(`/api/deliveries/${dead?.id}`)).toEqual({
      ...summary,
      payload: {},
      history: [expect.objectContaining({ number: 1 }), expect.objectContaining({ number: 2, outcome: 'fail' })],
    });
  });
});

describe('an id that nothing has', () => {
  it.each([
    ['/api/events/evt_0', 'event_not_found', 'no event evt_0'],
    ['/api/events/dlv_0', 'event_not_found', 'no event dlv_0'],
    ["/api/events/' or 1=1 --".replaceAll(' ', '%20'), 'event_not_found', "no event ' or 1=1 --"],
    ['/api/events/%00', 'event_not_found', 'no event \u0000'],
    ['/api/deliveries/dlv_0', 'delivery_not_found', 'no delivery dlv_0'],
  ])('%s is answered 404', async (path, code, message) => {
    const { get } = await testAdmin(await testReceiver());
    const { status, text } = await get(path);
    expect({ status, ...JSON.parse(text) }).toEqual({ status: 404, error: { code, message } });
  });
});

describe('while the store is away', () => {
  it.each(['/api/stats', '/api/events', '/api/events/evt_1', '/api/deliveries', '/api/deliveries/dlv_1', '/metrics'])(
    '%s is answered 503',
    async (path) => {
      const receiver = await testReceiver();
      await receiver.store.close();
      const { status, headers, text } = await (await testAdmin(receiver)).get(path);
      expect([status, headers['retry-after']]).toEqual([503, '60']);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'store_unavailable' } });
    },
  );
});
