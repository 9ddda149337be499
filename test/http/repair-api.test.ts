import { describe, expect, it } from 'vitest';
import type { AdminDependencies } from '../../src/http/admin-app.ts';
import type { Json } from '../../src/model/json.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { settleDeliveries } from '../contracts/store-samples.ts';
import { now } from '../sources/raw-request.ts';
import { attemptOf, claimDeliveries, draft, testAdmin, token, translateAll } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { type TestReceiver, testReceiver } from '../support/receiver.ts';

const stripeEvent = (id: string) => JSON.stringify({ id, type: 'invoice.paid' });
const known = ['segment', 'umami'].map((name) => ({ name, off: null })) as never[];

async function posting(receiver: TestReceiver, parts: Partial<AdminDependencies> = {}) {
  const admin = await testAdmin(receiver, parts);
  const post = async (path: string, body?: Json): Promise<readonly [status: number, answer: Json]> => {
    const answer = await request(`${admin.url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [answer.status, JSON.parse(answer.text)];
  };
  return { ...admin, post };
}

/** An API over `dead` dead deliveries to segment, and one that is pending to umami. */
async function adminWithDead(dead: number) {
  const receiver = await testReceiver();
  for (let n = 0; n < dead; n += 1) await receiver.post(stripe, stripeEvent(`evt_${n}`));
  await translateAll(receiver, () => ({ runs: [], drafts: [draft('segment')] }));
  const claimed = await claimDeliveries(receiver.store, 'segment');
  await settleDeliveries(
    receiver.store,
    claimed.map((delivery) => {
      const attempt = attemptOf(delivery, { kind: 'fail', reason: 'rejected', message: 'no field 7' });
      return { to: 'dead', delivery, attempt, reason: 'rejected', cause: 'no field <n>', settledAt: now };
    }),
  );
  await receiver.post(stripe, stripeEvent('evt_pending'));
  await translateAll(receiver, () => ({ runs: [], drafts: [draft('umami')] }));
  const [pending] = (await receiver.store.listDeliveries({ status: 'pending' }, { limit: 1 })).items;
  const resumed: string[] = [];
  const admin = await posting(receiver, {
    file: { sources: [], destinations: known },
    resumed: (name) => resumed.push(name),
  });
  return { ...admin, receiver, resumed, dead: claimed.map(({ id }) => id), pending: pending?.id ?? 'dlv_none' };
}

describe('GET /api/problems', () => {
  it('groups what is dead and what failed', async () => {
    const { json, receiver, dead } = await adminWithDead(2);
    await receiver.post(stripe, '{not json');

    expect(await json('/api/problems')).toEqual({
      deliveries: [
        {
          destination: 'segment',
          reason: 'rejected',
          cause: 'no field <n>',
          count: 2,
          first_at: now.toISOString(),
          last_at: now.toISOString(),
          example: dead[1],
        },
      ],
      events: [expect.objectContaining({ source: 'stripe', reason: 'not_json', count: 1 })],
    });
  });
});

describe('POST /api/deliveries/:id/redeliver', () => {
  it('puts a dead one back in line and wakes its lane', async () => {
    const { post, json, resumed, dead } = await adminWithDead(1);

    expect(await post(`/deliveries/${dead[0]}/redeliver`)).toEqual([200, { id: dead[0], status: 'pending' }]);

    expect(await json(`/api/deliveries/${dead[0]}`)).toMatchObject({ status: 'pending', due_at: now.toISOString() });
    expect(resumed).toEqual(['segment']);
  });

  it('sends nothing to a destination that there is not any more', async () => {
    const { receiver, dead } = await adminWithDead(1);
    const { post } = await posting(receiver);
    const unknown = [404, { error: { code: 'destination_unknown' } }];

    expect(await post(`/deliveries/${dead[0]}/redeliver`, {})).toMatchObject(unknown);
    expect(await post('/redeliveries', { filter: { destination: 'segment' } })).toMatchObject(unknown);
    expect(await post('/redeliveries', { ids: dead })).toMatchObject(unknown);
    for (const dry_run of [true, false])
      expect(await post('/redeliveries', { filter: {}, dry_run })).toMatchObject([200, { deliveries: 0 }]);
  });

  it('sends nothing to a destination that is off, and says why', async () => {
    const { receiver, dead } = await adminWithDead(1);
    const off = [{ name: 'segment', off: 'SEGMENT_WRITE_KEY is not set' }] as never[];
    const { post } = await posting(receiver, { file: { sources: [], destinations: off } });
    const message = '"segment" is off, so nothing would be delivered there: SEGMENT_WRITE_KEY is not set';
    const refused = [409, { error: { code: 'destination_off', message } }];

    expect(await post(`/deliveries/${dead[0]}/redeliver`, {})).toEqual(refused);
    expect(await post('/redeliveries', { ids: dead })).toEqual(refused);
    expect(await post('/redeliveries', { filter: { destination: 'segment' } })).toEqual(refused);
    expect(await post('/redeliveries', { filter: {} })).toMatchObject([200, { deliveries: 0 }]);
  });

  it('says why it moves no other', async () => {
    const { post, pending } = await adminWithDead(0);

    expect(await post(`/deliveries/${pending}/redeliver`)).toEqual([
      409,
      {
        error: {
          code: 'delivery_not_movable',
          message: `${pending} is pending and cannot be redelivered: only a dead one is`,
        },
      },
    ]);
    expect(await post('/deliveries/dlv_none/redeliver')).toMatchObject([
      404,
      { error: { code: 'delivery_not_found' } },
    ]);
  });
});

describe('POST /api/deliveries/:id/cancel', () => {
  it('gives up what is pending or dead, once', async () => {
    const { post, json, dead, pending, resumed } = await adminWithDead(1);

    for (const id of [dead[0], pending])
      expect(await post(`/deliveries/${id}/cancel`)).toEqual([200, { id, status: 'cancelled' }]);

    expect(await json('/api/stats')).toMatchObject({ deliveries: { dead: 0, pending: 0, cancelled: 2 } });
    expect(resumed).toEqual(['segment', 'umami']);
    expect(await post(`/deliveries/${pending}/cancel`)).toMatchObject([
      409,
      { error: { code: 'delivery_not_movable' } },
    ]);
    expect(await post('/deliveries/dlv_none/cancel')).toMatchObject([404, { error: { code: 'delivery_not_found' } }]);
  });
});

describe('POST /api/redeliveries', () => {
  const none = { dry_run: false, deliveries: 0, destinations: {} };
  const two = { deliveries: 2, destinations: { segment: 2 } };

  it('counts what fits without moving it, then moves it', async () => {
    const { post, json } = await adminWithDead(2);
    const body = { filter: { cause: 'no field <n>', until: '2027-01-01T00:00:00Z' } };

    expect(await post('/redeliveries', { ...body, dry_run: true })).toEqual([200, { dry_run: true, ...two }]);
    expect(await json('/api/stats')).toMatchObject({ deliveries: { dead: 2 } });
    expect(await post('/redeliveries', body)).toEqual([200, { dry_run: false, ...two }]);
    expect(await post('/redeliveries', body)).toEqual([200, none]);
  });

  it('makes them due one after the other, at the rate', async () => {
    const { post, json, dead } = await adminWithDead(3);

    await post('/redeliveries', { filter: {}, rate: 2 });

    const due = await Promise.all(dead.map(async (id) => json(`/api/deliveries/${id}`)));
    expect(due).toMatchObject([0, 500, 1_000].map((ms) => ({ due_at: new Date(now.getTime() + ms).toISOString() })));
  });

  it('takes ids too, and tells how many of them are dead', async () => {
    const { post, dead, pending } = await adminWithDead(2);
    const body = { ids: [...dead, pending, 'dlv_none'] };

    expect(await post('/redeliveries', { ...body, dry_run: true })).toEqual([200, { dry_run: true, ...two }]);
    expect(await post('/redeliveries', body)).toEqual([200, { dry_run: false, ...two }]);
  });

  it.each<[string, Json]>([
    ['neither ids nor a filter', {}],
    ['both', { ids: ['dlv_1'], filter: {} }],
    ['an unknown member', { filter: { colour: 'red' } }],
    ['an unknown reason', { filter: { reason: 'luck' } }],
    ['no time', { filter: { since: 'yesterday' } }],
    ['no rate', { filter: {}, rate: 0 }],
    ["somebody else's ids", { ids: ['evt_1'] }],
  ])('refuses %s', async (_, body) => {
    const { post } = await adminWithDead(0);
    expect(await post('/redeliveries', body)).toMatchObject([400, { error: { code: 'request_invalid' } }]);
  });

  it('goes on until none is left, however many there are', async () => {
    const { post, receiver } = await adminWithDead(0);
    const events = Array.from({ length: 1_100 }, (_, n) => receiver.post(stripe, stripeEvent(`evt_many_${n}`)));
    await Promise.all(events);
    for (let n = 0; n < 11; n += 1) {
      await translateAll(receiver, () => ({ runs: [], drafts: [draft('segment')] }));
      const claimed = await claimDeliveries(receiver.store, 'segment', now, 200);
      await settleDeliveries(
        receiver.store,
        claimed.map((delivery) => {
          const attempt = attemptOf(delivery, { kind: 'fail', reason: 'rejected', message: 'no' });
          return { to: 'dead', delivery, attempt, reason: 'rejected', cause: 'no', settledAt: now };
        }),
      );
    }

    expect(await post('/redeliveries', { filter: {} })).toMatchObject([200, { deliveries: 1_100 }]);
  });
});

describe('POST /api/cancellations', () => {
  const counts = (dry_run: boolean, destinations: Readonly<Record<string, number>>) => [
    200,
    { dry_run, deliveries: Object.values(destinations).reduce((sum, count) => sum + count, 0), destinations },
  ];

  it.each<[Json, Readonly<Record<string, number>>]>([
    [{}, { segment: 3, umami: 1 }],
    [{ status: 'dead' }, { segment: 3 }],
    [{ status: 'pending' }, { umami: 1 }],
    [{ destination: 'umami' }, { umami: 1 }],
    [{ reason: 'rejected', cause: 'no field <n>' }, { segment: 3 }],
    [{ reason: 'timeout' }, {}],
  ])('counts what fits without moving it, then gives it up: %j', async (filter, destinations) => {
    const { receiver, resumed, post: _, ...rest } = await adminWithDead(3);
    // Whether gateway.yaml names them or not.
    const { post, json } = await posting(receiver, { resumed: (name) => resumed.push(name) });
    expect(rest.dead).toHaveLength(3);

    expect(await post('/cancellations', { filter, dry_run: true })).toEqual(counts(true, destinations));
    expect(await json('/api/stats')).toMatchObject({ deliveries: { cancelled: 0 } });
    expect(await post('/cancellations', { filter })).toEqual(counts(false, destinations));
    const cancelled = Object.values(destinations).reduce((sum, count) => sum + count, 0);
    expect(await json('/api/stats')).toMatchObject({
      deliveries: { cancelled, dead: 3 - (destinations.segment ?? 0) },
    });
    expect(resumed).toEqual(Object.keys(destinations));
    expect(await post('/cancellations', { filter })).toEqual(counts(false, {}));
  });

  it('refuses what can fit nothing', async () => {
    const { post } = await adminWithDead(0);
    for (const filter of [{ status: 'delivered' }, { status: 'pending', reason: 'rejected' }])
      expect(await post('/cancellations', { filter })).toMatchObject([400, { error: { code: 'request_invalid' } }]);
  });
});

describe('POST /api/destinations/:name/pause', () => {
  it('holds and lets go also one that gateway.yaml does not name, where deliveries wait for it', async () => {
    const { receiver } = await adminWithDead(1);
    const { post } = await posting(receiver);
    expect(await post('/destinations/umami/pause')).toMatchObject([200, { paused_at: now.toISOString() }]);
    expect(await post('/destinations/umami/resume')).toMatchObject([200, { paused_at: null }]);
    expect(await post('/destinations/nowhere/pause')).toMatchObject([404, { error: { code: 'destination_unknown' } }]);
    expect(await post('/destinations/umami/test')).toMatchObject([404, { error: { code: 'destination_unknown' } }]);
  });
});
