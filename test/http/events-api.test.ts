import { describe, expect, it } from 'vitest';
import { addMs } from '../../src/model/clock.ts';
import { isJsonObject, type Json } from '../../src/model/json.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { settleDeliveries } from '../contracts/store-samples.ts';
import { identifierFrom } from '../identity/links.ts';
import { now } from '../sources/raw-request.ts';
import { attemptOf, claimDeliveries, draft, type TestAdmin, testAdmin, translateAll } from '../support/admin.ts';
import { type TestReceiver, testReceiver } from '../support/receiver.ts';

const body = (id: string, more: object = {}): string => JSON.stringify({ id, type: 'invoice.paid', ...more });

interface Admin extends TestAdmin {
  readonly receiver: TestReceiver;
  /** The external ids of a page, and what else it says. */
  page(query: string): Promise<{ readonly ids: readonly Json[]; readonly answer: Readonly<Record<string, Json>> }>;
}

/** One event a second. */
async function adminWith(bodies: readonly string[]): Promise<Admin> {
  let seconds = 0;
  const receiver = await testReceiver({ clock: { now: () => addMs(now, seconds * 1_000) } });
  for (const text of bodies) {
    seconds += 1;
    await receiver.post(stripe, text);
  }
  const admin = await testAdmin(receiver, { clock: { now: () => addMs(now, 3_600_000) } });
  const page: Admin['page'] = async (query) => {
    const answer = await admin.json(`/api/events${query}`);
    if (!isJsonObject(answer) || !Array.isArray(answer.items)) expect.fail(JSON.stringify(answer));
    const ids = answer.items.map((item) => (isJsonObject(item) ? (item.external_id ?? null) : null));
    return { ids, answer: answer as Readonly<Record<string, Json>> };
  };
  return { ...admin, receiver, page };
}

async function dead(receiver: TestReceiver, destination: string): Promise<void> {
  const deliveries = await claimDeliveries(receiver.store, destination);
  const refusal = { kind: 'fail', reason: 'rejected', message: 'no such field' } as const;
  await settleDeliveries(
    receiver.store,
    deliveries.map((delivery) => ({
      ...{ to: 'dead', delivery, settledAt: now, reason: 'rejected', cause: 'no such field' },
      attempt: attemptOf(delivery, refusal),
    })),
  );
}

describe('what GET /api/events lists', () => {
  it('has with each event what came of it', async () => {
    const { receiver, page } = await adminWith([body('evt_1')]);
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one'), draft('two')] }));
    await dead(receiver, 'one');

    const { answer } = await page('');

    expect(answer.items).toMatchObject([
      {
        external_id: 'evt_1',
        deliveries: [
          { destination: 'one', status: 'dead', reason: 'rejected', attempts: 1, last_message: 'no such field' },
          { destination: 'two', status: 'pending', reason: null, attempts: 0, last_message: null },
        ],
      },
    ]);
  });

  it('is narrowed by what became of deliveries', async () => {
    const { receiver, page } = await adminWith([body('evt_1'), body('evt_2')]);
    await translateAll(receiver, ({ externalId }) => ({
      runs: [],
      drafts: [draft(externalId === 'evt_1' ? 'one' : 'two')],
    }));
    await dead(receiver, 'one');

    expect((await page('?delivery=dead')).ids).toEqual(['evt_1']);
    expect((await page('?destination=two')).ids).toEqual(['evt_2']);
    expect((await page('?reason=rejected&cause=no%20such%20field')).ids).toEqual(['evt_1']);
    expect((await page('?delivery=dead&destination=two')).ids).toEqual([]);
  });

  it('goes both ways from a page', async () => {
    const { page, receiver } = await adminWith([1, 2, 3, 4, 5].map((n) => body(`evt_${n}`)));
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${first.answer.next_cursor}`);
    const back = await page(`?limit=2&cursor=${second.answer.previous_cursor}&direction=newer`);
    await receiver.post(stripe, body('evt_6'));
    const since = await page(`?cursor=${first.answer.previous_cursor}&direction=newer`);

    expect([first.ids, second.ids, back.ids, since.ids]).toEqual([
      ['evt_5', 'evt_4'],
      ['evt_3', 'evt_2'],
      ['evt_5', 'evt_4'],
      ['evt_6'],
    ]);
  });

  it.each([
    ['?cause=x', 'a cause needs its reason'],
    ['?reason=bad_luck', 'reason'],
    ['?delivery=lost', 'delivery'],
    ['?direction=up', 'direction'],
    ['?by=luck', 'by'],
    [`?q=${'x'.repeat(301)}`, 'q'],
  ])('refuses %s', async (query, why) => {
    const { get } = await adminWith([]);
    const { status, text } = await get(`/api/events${query}`);

    expect(status).toBe(400);
    expect(text).toContain(why);
  });
});

describe('searching with GET /api/events?q=', () => {
  const bodies = [
    body('evt_1', { customer: 'Ada Lovelace' }),
    body('evt_2', { customer: 'Bob' }),
    JSON.stringify({ id: 'evt_3', type: 'charge.refunded', note: 'see evt_1' }),
  ];

  it('finds an event by its id, by that of a delivery of it, and by its sender’s', async () => {
    const { receiver, page } = await adminWith(bodies);
    await translateAll(receiver, ({ externalId }) => ({
      runs: [],
      drafts: externalId === 'evt_2' ? [draft('one')] : [],
    }));
    const event = (await receiver.events()).find(({ externalId }) => externalId === 'evt_2');
    const [delivery] = (await receiver.store.listDeliveries({}, { limit: 1 })).items;

    expect(await page(`?q=${event?.id}`)).toMatchObject({ ids: ['evt_2'], answer: { matched_by: 'event_id' } });
    expect(await page(`?q=${delivery?.id}`)).toMatchObject({ ids: ['evt_2'], answer: { matched_by: 'delivery_id' } });
    expect(await page('?q=evt_1')).toMatchObject({ ids: ['evt_1'], answer: { matched_by: 'external_id' } });
  });

  it('finds a person’s events by what points at them', async () => {
    const { receiver, page } = await adminWith(bodies);
    const marked = (await receiver.events()).filter(({ externalId }) => externalId !== 'evt_2');
    await receiver.store.stitch(
      marked.map((event) => ({ event, identifiers: [identifierFrom('email:ada@example.com')] })),
    );

    for (const q of ['Ada@Example.com', 'email:ada@example.com'])
      expect(await page(`?q=${encodeURIComponent(q)}`)).toMatchObject({
        ids: ['evt_3', 'evt_1'],
        answer: { matched_by: 'identifier' },
      });
  });

  it('finds events by the beginning of their type', async () => {
    const { page } = await adminWith(bodies);

    expect(await page('?q=invoice')).toMatchObject({ ids: ['evt_2', 'evt_1'], answer: { matched_by: 'type' } });
    expect((await page('?type_prefix=charge.')).ids).toEqual(['evt_3']);
  });

  it('finds a text anywhere in a body, and says so', async () => {
    const { page } = await adminWith(bodies);

    expect(await page('?q=lovelace')).toMatchObject({
      ids: ['evt_1'],
      answer: { matched_by: 'text', searched_to: null, next_cursor: null },
    });
    expect((await page('?q=nobody')).ids).toEqual([]);
  });

  it('takes a text for what it is told to take it for', async () => {
    const { page } = await adminWith(bodies);

    expect((await page('?q=evt_1&by=text')).ids).toEqual(['evt_3', 'evt_1']);
    expect((await page('?q=invoice&by=text')).ids).toEqual(['evt_2', 'evt_1']);
    expect(await page('?q=evt_1&by=identifier')).toMatchObject({ ids: [], answer: { matched_by: 'identifier' } });
    expect((await page('?q=evt_1&by=delivery_id')).ids).toEqual([]);
  });

  it('looks for nothing where nothing is asked', async () => {
    const { page } = await adminWith(bodies);

    expect(await page('?q=%20')).toMatchObject({ ids: ['evt_3', 'evt_2', 'evt_1'], answer: { matched_by: null } });
  });

  it('tells how far it looked where there was too much to look at', async () => {
    const { page, receiver } = await adminWith(bodies);
    const events = Array.from({ length: 500 }, (_, n) => n);
    for (let round = 0; round < 10; round += 1)
      await receiver.store.recordRequest({
        ...{ source: 'bulk', kind: null, method: 'POST', url: 'https://hooks.example.com/in/bulk', headers: {} },
        body: Buffer.from('{}'),
        receivedAt: addMs(now, 60_000 + round),
        events: events.map((n) => ({ type: 't', externalId: `${round}-${n}`, occurredAt: now, item: null })),
      });

    const first = await page('?q=lovelace');
    const second = await page(`?q=lovelace&cursor=${first.answer.next_cursor}`);

    expect(first).toMatchObject({ ids: [], answer: { searched_to: addMs(now, 60_000).toISOString() } });
    expect(second).toMatchObject({ ids: ['evt_1'], answer: { searched_to: null, next_cursor: null } });
  });
});

describe('GET /api/events/counts', () => {
  it('counts everything exactly', async () => {
    const { receiver, json } = await adminWith([body('evt_1'), body('evt_2')]);
    await receiver.post(callrail, '<html>');
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one')] }));

    const none = { count: 0, is_more: false };
    expect(await json('/api/events/counts')).toEqual({
      events: {
        received: none,
        translated: { count: 2, is_more: false },
        unmatched: none,
        failed: { count: 1, is_more: false },
      },
      deliveries: {
        pending: { count: 2, is_more: false },
        in_flight: none,
        delivered: none,
        dead: none,
        cancelled: none,
      },
    });
    expect(await json('/api/events/counts?source=callrail')).toMatchObject({
      events: { translated: none, failed: { count: 1 } },
    });
  });

  it('counts what was received within some time, of a source and a type', async () => {
    const { json } = await adminWith([body('evt_1'), body('evt_2'), JSON.stringify({ id: 'evt_3', type: 'other' })]);
    const since = addMs(now, 2_000).toISOString();

    expect(await json(`/api/events/counts?since=${since}`)).toMatchObject({ events: { received: { count: 2 } } });
    expect(await json(`/api/events/counts?since=${since}&type=other&source=stripe`)).toMatchObject({
      events: { received: { count: 1 } },
    });
    expect(await json(`/api/events/counts?until=${since}`)).toMatchObject({ events: { received: { count: 1 } } });
    expect(await json('/api/events/counts?type=nothing')).toMatchObject({ events: { received: { count: 0 } } });
  });

  it('stops counting at a thousand, and says that there are more', async () => {
    const { receiver, json } = await adminWith([]);
    for (let round = 0; round < 3; round += 1)
      await receiver.store.recordRequest({
        ...{ source: 'bulk', kind: null, method: 'POST', url: 'https://hooks.example.com/in/bulk', headers: {} },
        body: Buffer.from('{}'),
        receivedAt: now,
        events: Array.from({ length: 400 }, (_, n) => ({
          ...{ type: 't', externalId: `${round}-${n}`, occurredAt: now, item: null },
        })),
      });

    expect(await json('/api/events/counts?type=t')).toMatchObject({
      events: { received: { count: 1_000, is_more: true }, failed: { count: 0, is_more: false } },
    });
  });
});

describe('GET /api/deliveries', () => {
  it('is narrowed by the cause of a dead one', async () => {
    const { receiver, json, get } = await adminWith([body('evt_1')]);
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one'), draft('two')] }));
    await dead(receiver, 'one');

    expect(await json('/api/deliveries?reason=rejected&cause=no%20such%20field')).toMatchObject({
      items: [{ destination: 'one' }],
    });
    expect(await json('/api/deliveries?reason=rejected&cause=none')).toMatchObject({ items: [] });
    expect((await get('/api/deliveries?cause=none')).status).toBe(400);
  });
});
