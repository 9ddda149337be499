import { describe, expect, it } from 'vitest';
import { addMs } from '../../src/model/clock.ts';
import type { Json } from '../../src/model/json.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { settleDeliveries } from '../contracts/store-samples.ts';
import { now } from '../sources/raw-request.ts';
import { attemptOf, claimDeliveries, draft, testAdmin, translateAll } from '../support/admin.ts';
import { type TestReceiver, testReceiver } from '../support/receiver.ts';

const minute = 60_000;
const hour = 60 * minute;
const iso = (ms: number): string => addMs(now, ms).toISOString();

/** The answer to someone who asks so long after `now`. */
async function seriesOf(receiver: TestReceiver, query = '', laterMs = 0): Promise<Json> {
  const admin = await testAdmin(receiver, { clock: { now: () => addMs(now, laterMs) } });
  return admin.json(`/api/series${query}`);
}

async function delivered(receiver: TestReceiver, settledAfterMs: readonly number[]): Promise<void> {
  const claimed = await claimDeliveries(receiver.store, 'one');
  await settleDeliveries(
    receiver.store,
    claimed.map((delivery, index) => ({
      to: 'delivered',
      delivery,
      attempt: attemptOf(delivery, { kind: 'delivered' }),
      settledAt: addMs(delivery.receivedAt, settledAfterMs[index] ?? 0),
    })),
  );
}

describe('GET /api/series', () => {
  it('tells of the last day by the hour, and of nothing at first', async () => {
    const answer = await seriesOf(await testReceiver());

    expect(answer).toMatchObject({ step: 'hour', step_seconds: 3600, until: iso(0), sources: [], destinations: [] });
    expect(answer).toHaveProperty('at.length', now.getTime() % hour === 0 ? 24 : 25);
  });

  it('chooses minutes for hours, hours for days, and days for what is longer', async () => {
    const receiver = await testReceiver();
    for (const [since, step] of [
      [-6 * hour, 'minute'],
      [-7 * hour, 'hour'],
      [-14 * 24 * hour, 'hour'],
      [-15 * 24 * hour, 'day'],
    ] as const) {
      expect(await seriesOf(receiver, `?since=${iso(since)}`)).toMatchObject({ step });
    }
  });

  it('has one number for each step, without holes', async () => {
    let ms = 0;
    const receiver = await testReceiver({ clock: { now: () => addMs(now, ms) } });
    for (ms of [0, 0, 2 * minute])
      await receiver.post(stripe, JSON.stringify({ id: `evt_${Math.random()}`, type: 'a' }));
    await receiver.post(callrail, '<html>');

    expect(await seriesOf(receiver, `?since=${iso(0)}&until=${iso(3 * minute)}`)).toMatchObject({
      at: [iso(0), iso(minute), iso(2 * minute)],
      sources: [
        { name: 'callrail', received: [0, 0, 1], failed: [0, 0, 1], totals: { received: 1, failed: 1 } },
        { name: 'stripe', received: [2, 0, 1], failed: [0, 0, 0], totals: { received: 3, rejected: 0 } },
      ],
    });
  });

  it('tells where the ids came from', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'a' }));
    await translateAll(receiver, () => ({ runs: [], origins: ['link', 'event', 'nowhere', 'link'] }));

    expect(await seriesOf(receiver, `?since=${iso(0)}&until=${iso(minute)}`)).toMatchObject({
      sources: [
        {
          stitching: { event: [1], link: [2], stable_id: [0], nowhere: [1] },
          totals: { stitching: { event: 1, link: 2, stable_id: 0, nowhere: 1, rate: 0.5 } },
        },
      ],
    });
  });

  it('tells how many requests were rejected, and why', async () => {
    const receiver = await testReceiver();
    await receiver.store.recordRefusals(
      [
        { source: 'stripe', reason: 'mismatch', count: 2 },
        { source: 'stripe', reason: 'stale', count: 1 },
      ],
      now,
    );

    expect(await seriesOf(receiver, `?since=${iso(0)}&until=${iso(2 * minute)}`)).toMatchObject({
      sources: [{ rejected: [3, 0], totals: { rejected: 3, rejections: { mismatch: 2, stale: 1 } } }],
    });
  });

  it('tells of each destination what came of deliveries, and how long they took', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'a' }));
    await translateAll(receiver, () => ({ runs: [], drafts: Array.from({ length: 4 }, () => draft('one')) }));
    await delivered(receiver, [100, 150, 180, 1_000]);

    expect(await seriesOf(receiver, `?since=${iso(0)}&until=${iso(2 * minute)}`)).toMatchObject({
      destinations: [
        {
          name: 'one',
          delivered: [4, 0],
          retry: [0, 0],
          dead: [0, 0],
          cancelled: [0, 0],
          latency: { p50_ms: [150, null], p95_ms: [900, null] },
          totals: { delivered: 4, latency: { count: 4, p50_ms: 150 } },
        },
      ],
    });
  });

  it('tells the last bound of what took longer than all of them', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'a' }));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one')] }));
    await delivered(receiver, [72 * hour]);

    const answer = await seriesOf(receiver, `?since=${iso(0)}&until=${iso(80 * hour)}`);
    expect(answer).toMatchObject({ destinations: [{ totals: { latency: { count: 1, p50_ms: 24 * hour } } }] });
  });

  it('narrows sources and destinations to the one that is asked for', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'a' }));
    await receiver.post(callrail, '<html>');
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('one'), draft('two')] }));
    const [one, two] = [await claimDeliveries(receiver.store, 'one'), await claimDeliveries(receiver.store, 'two')];
    for (const deliveries of [one, two])
      await settleDeliveries(
        receiver.store,
        deliveries.map((delivery) => ({
          to: 'delivered',
          delivery,
          attempt: attemptOf(delivery, { kind: 'delivered' }),
          settledAt: now,
        })),
      );

    const asked = `?since=${iso(0)}&until=${iso(minute)}&source=callrail&destination=two`;
    expect(await seriesOf(receiver, asked)).toMatchObject({
      sources: [{ name: 'callrail' }],
      destinations: [{ name: 'two' }],
    });
  });

  it.each([
    ['?step=week', 'step'],
    ['?since=yesterday', 'ISO 8601'],
    ['?last=1', 'last'],
    [`?since=${iso(-48 * hour)}&step=minute`, '2880 steps'],
  ])('refuses %s', async (query, why) => {
    const { get } = await testAdmin(await testReceiver());
    const { status, text } = await get(`/api/series${query}`);

    expect(status).toBe(400);
    expect(text).toContain(why);
  });
});
