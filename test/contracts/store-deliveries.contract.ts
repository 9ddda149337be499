/** Deliveries on their way out of a store: queued, claimed, settled, due again. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/model/attempt.ts';
import type { Store } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anAttempt,
  at,
  claimDeliveries,
  claimDelivery,
  claimOne,
  delayed,
  delivered,
  leaseMs,
  noon,
  only,
  outgoingIds,
  queue,
  record,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  translated,
} from './store-samples.ts';

export function describeDeliveries(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  describe('claiming deliveries', () => {
    it('hands out what is due for one destination, in the order it was queued', async () => {
      const drafts = [
        aDraft({ outgoingId: '1' }),
        aDraft({ outgoingId: '2', destination: 'umami' }),
        aDraft({ outgoingId: '3' }),
        aDraft({ outgoingId: '4' }),
      ];
      const event = await queue(store, drafts);
      const claim = aClaim({ now: at(2_000), limit: 2 });

      const claimed = await claimDeliveries(store, 'segment', claim);

      expect(outgoingIds(claimed)).toEqual(['1', '3']);
      expect(claimed[0]).toEqual({
        ...aDraft({ outgoingId: '1' }),
        id: claimed[0]?.id,
        receivedAt: noon,
        eventId: event.id,
        attempts: 0,
        failures: 0,
        failingSince: null,
        replayOf: null,
        createdAt: at(2_000),
        state: { status: 'in_flight', claimedBy: 'wrk_one', leaseEndsAt: at(2_000 + leaseMs), token: 1 },
      });
      expect(outgoingIds(await claimDeliveries(store, 'segment', claim))).toEqual(['4']);
      expect(await claimDeliveries(store, 'nowhere', claim)).toEqual([]);
    });

    it('hands nothing out before it is due', async () => {
      await queue(store, [aDraft()], at(2_000));

      expect(await claimDeliveries(store, 'segment', aClaim({ now: at(1_999) }))).toEqual([]);
      expect(await claimDeliveries(store, 'segment', aClaim({ now: at(2_000) }))).toHaveLength(1);
    });

    it('hands out the one that fell due first, not the one queued first', async () => {
      await queue(store, [aDraft({ outgoingId: 'retried' })]);
      await settleDeliveries(store, [settledAs(await claimDelivery(store), throttled)]);
      await queue(store, [aDraft({ outgoingId: 'new' })], at(10_000));

      expect(outgoingIds(await claimDeliveries(store, 'segment', aClaim({ now: at(60_000) })))).toEqual([
        'new',
        'retried',
      ]);
    });

    it('hands each delivery to exactly one of many workers', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `${index}`);
      await queue(
        store,
        ids.map((outgoingId) => aDraft({ outgoingId })),
      );
      const now = at(2_000);

      const claims = Array.from({ length: 20 }, (_, n) =>
        claimDeliveries(store, 'segment', aClaim({ worker: `wrk_${n}`, limit: 7, now })),
      );

      expect(outgoingIds((await Promise.all(claims)).flat()).toSorted()).toEqual(ids.toSorted());
    });

    it('hands a delivery out again when its lease has ended, with no attempt counted', async () => {
      await queue(store, [aDraft()]);
      await claimDelivery(store);

      expect(await claimDeliveries(store, 'segment', aClaim({ now: at(2_000 + leaseMs - 1) }))).toEqual([]);
      expect(await claimDelivery(store, aClaim({ now: at(2_000 + leaseMs) }))).toMatchObject({ attempts: 0 });
      expect((await store.stats()).deliveries).toMatchObject({ pending: 0, in_flight: 1 });
    });

    it('hands out the same payload and outgoing id at every attempt', async () => {
      const payload = '{ "b" : 1.0,"a":"\\u00e9" }';
      await queue(store, [aDraft({ payload })]);
      await settleDeliveries(store, [settledAs(await claimDelivery(store), throttled)]);

      expect(await claimDelivery(store, aClaim({ now: at(60_000) }))).toMatchObject({
        payload,
        outgoingId: aDraft().outgoingId,
      });
    });
  });

  describe('settling deliveries', () => {
    it.each([
      ['delivered', delivered, { status: 'delivered', settledAt: at(4_000) }],
      ['dead', refused, { status: 'dead', settledAt: at(4_000), reason: 'rejected' }],
      ['pending, due later,', throttled, { status: 'pending', dueAt: at(34_000), isBehind: false }],
    ] as const)('moves a delivery to %s and keeps the attempt', async (_, outcome: Outcome, state) => {
      await queue(store, [aDraft()]);
      const settlement = settledAs(await claimDelivery(store), outcome);

      expect(await settleDeliveries(store, [settlement])).toEqual([true]);
      const { attempt } = settlement as Extract<typeof settlement, { attempt: unknown }>;
      expect(await store.getDelivery(settlement.delivery.id)).toEqual({
        ...settlement.delivery,
        attempts: 1,
        failures: outcome === delivered ? 0 : 1,
        failingSince: outcome === delivered ? null : at(4_000),
        state,
        history: [attempt],
      });
    });

    it.each<Outcome>([
      { kind: 'delivered' },
      { kind: 'delivered', response: { status: 204, body: '' } },
      { kind: 'retry', reason: 'timeout', message: 'no answer in 15 s' },
      { kind: 'retry', reason: 'throttled', message: 'm', retryAfterMs: 0, response: { status: 429, body: 'é\u0000' } },
      { kind: 'fail', reason: 'invalid_payload', message: '' },
      { kind: 'fail', reason: 'rejected', message: 'm', response: { status: 400, body: '{}' } },
      {
        kind: 'retry',
        reason: 'unauthorized',
        message: 'm',
        lane: 'credentials',
        response: { status: 401, body: '{}' },
      },
      { kind: 'retry', reason: 'rejected', message: 'm', lane: 'gone', response: { status: 410, body: 'gone' } },
      { kind: 'retry', reason: 'timeout', message: 'm', ambiguous: true },
    ])('gives back the outcome %j as it was', async (outcome) => {
      await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);
      await settleDeliveries(store, [settledAs(delivery, outcome)]);

      expect((await store.getDelivery(delivery.id))?.history.map((attempt) => attempt.outcome)).toEqual([outcome]);
    });

    it('keeps every attempt in order', async () => {
      await queue(store, [aDraft()]);
      for (const now of [at(2_000), at(60_000), at(120_000)]) {
        await settleDeliveries(store, [settledAs(await claimDelivery(store, aClaim({ now })), throttled, now)]);
      }
      const { items } = await store.listDeliveries({}, { limit: 1 });
      const delivery = await store.getDelivery(only(items).id);

      expect(delivery).toMatchObject({ attempts: 3, history: [{ number: 1 }, { number: 2 }, { number: 3 }] });
    });

    it('puts a released delivery back in line, due at once, with no attempt spent', async () => {
      await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);

      expect(await settleDeliveries(store, [{ to: 'released', delivery, settledAt: at(2_500) }])).toEqual([true]);
      expect(await store.getDelivery(delivery.id)).toMatchObject({
        attempts: 0,
        history: [],
        state: { status: 'pending', dueAt: at(2_500) },
      });
    });

    it('refuses a settlement by a worker that lost the lease', async () => {
      await queue(store, [aDraft()]);
      const lost = await claimDelivery(store);
      await claimDelivery(store, aClaim({ now: at(2_000 + leaseMs), worker: 'wrk_two' }));

      expect(await settleDeliveries(store, [settledAs(lost)])).toEqual([false]);
      expect(await settleDeliveries(store, [{ to: 'released', delivery: lost, settledAt: noon }])).toEqual([false]);
      expect(await store.getDelivery(lost.id)).toMatchObject({
        attempts: 0,
        history: [],
        state: { status: 'in_flight' },
      });
    });

    it('settles a delivery once', async () => {
      await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);

      expect(await settleDeliveries(store, [settledAs(delivery), settledAs(delivery, refused)])).toEqual([true, false]);
      expect(await store.getDelivery(delivery.id)).toMatchObject({ state: { status: 'delivered' }, attempts: 1 });
    });

    it('refuses an attempt that does not follow the last one', async () => {
      await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);
      const attempt = { ...anAttempt(delivery), number: 2 };

      expect(await settleDeliveries(store, [{ to: 'delivered', delivery, attempt, settledAt: noon }])).toEqual([false]);
    });

    it('settles what it can when one settlement is impossible', async () => {
      await queue(store, [aDraft(), aDraft()]);
      const [first, second] = await claimDeliveries(store, 'segment', aClaim({ now: at(2_000) }));
      if (first === undefined || second === undefined) expect.fail('two deliveries were queued');
      const impossible = settledAs(first, { kind: 'fail', reason: 'bored' as 'rejected', message: 'm' });

      await expect(settleDeliveries(store, [impossible, settledAs(second)])).rejects.toMatchObject({
        code: 'INTERNAL',
      });
      expect(await store.getDelivery(first.id)).toMatchObject({ state: { status: 'in_flight' }, history: [] });
      expect(await store.getDelivery(second.id)).toMatchObject({ state: { status: 'delivered' } });
    });
  });

  describe('when work next falls due', () => {
    it('follows an event from its arrival over its lease and its delay to nothing', async () => {
      const next = () => store.nextDueAt({ kind: 'events' });
      expect(await next()).toBeNull();
      await record(store, ['a']);
      expect(await next()).toEqual(noon);
      const event = await claimOne(store, aClaim({ now: at(1_000) }));
      expect(await next()).toEqual(at(1_000 + leaseMs));
      await store.settleTranslations([delayed(event, at(9_000))]);
      expect(await next()).toEqual(at(9_000));
      const again = await claimOne(store, aClaim({ now: at(9_000) }));
      await store.settleTranslations([translated(again, [])]);
      expect(await next()).toBeNull();
    });

    it('follows a delivery from its queueing over its lease and its retry to nothing', async () => {
      const next = () => store.nextDueAt({ kind: 'deliveries', destination: 'segment' });
      expect(await next()).toBeNull();
      await queue(store, [aDraft()]);
      expect(await next()).toEqual(at(2_000));
      const delivery = await claimDelivery(store);
      expect(await next()).toEqual(at(2_000 + leaseMs));
      await settleDeliveries(store, [settledAs(delivery, throttled)]);
      expect(await next()).toEqual(at(34_000));
      await settleDeliveries(store, [settledAs(await claimDelivery(store, aClaim({ now: at(34_000) })))]);
      expect(await next()).toBeNull();
      expect(await store.nextDueAt({ kind: 'deliveries', destination: 'umami' })).toBeNull();
    });
  });
}
