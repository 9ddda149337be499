/** Lanes: what they let through, how their state is kept, and the order of what is one person's. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';
import { freshLane, type Lane } from '../../src/model/lane.ts';
import type { Store } from '../../src/store/store.ts';
import {
  aDeliveryClaim,
  aDraft,
  at,
  claimDeliveries,
  claimDelivery,
  delivered,
  leaseMs,
  noon,
  only,
  outgoingIds,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
} from './store-samples.ts';

const openLane: Lane = {
  destination: 'segment',
  pausedAt: at(1),
  circuit: { state: 'open', trouble: 'throttled', message: 'slow down', since: at(2), probeAt: at(3) },
  failuresInARow: 4,
  openings: 5,
  window: { startedAt: at(6), requests: 8, failures: 7 },
  tokens: { count: 0.25, countedAt: at(9) },
};

export function describeLanes(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  describe('lanes', () => {
    it('are closed and empty until something is kept about them', async () => {
      expect(await store.lanes()).toEqual([]);
      expect(await store.changeLane('segment', (lane) => lane)).toEqual(freshLane('segment', store.clock.now()));
      expect(await store.lanes()).toEqual([]);
    });

    it.each<Lane>([
      openLane,
      { ...openLane, circuit: { ...openLane.circuit, state: 'half_open', probeEndsAt: at(4) } as Lane['circuit'] },
      { ...openLane, pausedAt: null, circuit: { state: 'closed' }, tokens: null },
    ])('keep their state: $circuit.state', async (lane) => {
      const { probeAt: _, ...circuit } = lane.circuit as { probeAt?: Date };
      const kept = lane.circuit.state === 'half_open' ? { ...lane, circuit: circuit as Lane['circuit'] } : lane;
      expect(await store.changeLane('segment', () => kept)).toEqual(kept);
      expect(await store.lanes()).toEqual([kept]);
    });

    it('are changed one after the other, however many change them at once', async () => {
      const more = (lane: Lane): Lane => ({ ...lane, openings: lane.openings + 1 });
      await Promise.all(Array.from({ length: 20 }, () => store.changeLane('segment', more)));

      expect(await store.lanes()).toMatchObject([{ openings: 20 }]);
    });

    it('let through no more than they admit, by what is under way already', async () => {
      await queue(
        store,
        ['1', '2', '3', '4'].map((outgoingId) => aDraft({ outgoingId })),
      );
      const seen: number[] = [];
      const twoAtOnce = aDeliveryClaim({
        now: at(2_000),
        admit: (lane, inFlight) => {
          seen.push(inFlight);
          return { limit: Math.max(0, 3 - inFlight), after: () => lane };
        },
      });

      const first = await store.claimDeliveries({ ...twoAtOnce, limit: 2 });
      const second = await store.claimDeliveries(twoAtOnce);
      const third = await store.claimDeliveries(twoAtOnce);

      expect([first, second, third].map(({ deliveries }) => outgoingIds(deliveries))).toEqual([['1', '2'], ['3'], []]);
      expect(new Set(seen)).toEqual(new Set([0, 2, 3]));
    });

    it('are as the claim left them, which is told how many it took', async () => {
      await queue(store, [aDraft(), aDraft()]);
      const counting = aDeliveryClaim({
        now: at(2_000),
        admit: (lane) => ({ limit: 10, after: (claimed) => ({ ...lane, openings: lane.openings + claimed }) }),
      });

      expect((await store.claimDeliveries(counting)).lane).toMatchObject({ openings: 2 });
      expect(await store.lanes()).toMatchObject([{ destination: 'segment', openings: 2 }]);
    });

    it('are never over their limit, however many workers claim at once', async () => {
      await queue(
        store,
        Array.from({ length: 30 }, () => aDraft()),
      );
      const claims = Array.from({ length: 12 }, (_, n) =>
        store.claimDeliveries(
          aDeliveryClaim({
            worker: `wrk_${n}`,
            now: at(2_000),
            admit: (lane, inFlight) => ({ limit: Math.max(0, 5 - inFlight), after: () => lane }),
          }),
        ),
      );

      expect((await Promise.all(claims)).flatMap(({ deliveries }) => deliveries)).toHaveLength(5);
    });

    it('learn from what was settled, together with it', async () => {
      await queue(store, [aDraft()]);
      const settlements = [settledAs(await claimDelivery(store))];
      const observe = (lane: Lane): Lane => ({ ...lane, failuresInARow: 3 });

      const { lane } = await store.settleDeliveries({ destination: 'segment', settlements, observe });

      expect(lane).toMatchObject({ failuresInARow: 3 });
      expect(await store.lanes()).toEqual([lane]);
    });
  });

  describe('a clock that leaps', () => {
    it('ends no lease of what the worker still works on', async () => {
      await queue(store, [aDraft({ outgoingId: 'slow' }), aDraft({ outgoingId: 'lost' })]);
      const [slow] = await claimDeliveries(store, 'segment', { now: at(2_000) });
      if (slow === undefined) expect.fail('both are due');
      const years = 12 * 365 * 86_400_000;

      const claimed = await claimDeliveries(store, 'segment', { now: at(years), underWay: [slow.id] });

      expect(outgoingIds(claimed)).toEqual(['lost']);
      expect(await settleDeliveries(store, [settledAs(slow)])).toEqual([true]);
    });
  });

  describe('the order of one person', () => {
    const claim = async (now = at(2_000)) => claimDeliveries(store, 'segment', { now });
    const ofAda = (outgoingId: string) => aDraft({ outgoingId, person: 'ada' });

    it('hands out the next only when the former is settled, and other people meanwhile', async () => {
      await queue(store, [ofAda('1'), ofAda('2'), aDraft({ outgoingId: 'bob', person: 'bob' }), ofAda('3')]);

      const [first, bob] = await claim();
      expect([first?.outgoingId, bob?.outgoingId]).toEqual(['1', 'bob']);
      expect(await claim()).toEqual([]);
      if (first === undefined) expect.fail('the first is due');
      await settleDeliveries(store, [settledAs(first)]);

      expect(outgoingIds(await claim())).toEqual(['2']);
    });

    it.each([
      ['delivered', delivered, ['2']],
      ['dead', refused, ['2']],
      ['waiting for its next attempt', throttled, []],
    ] as const)('when the former is %s', async (_, outcome, next) => {
      await queue(store, [ofAda('1'), ofAda('2')]);
      await settleDeliveries(store, [settledAs(only(await claim()), outcome)]);

      expect(outgoingIds(await claim(at(5_000)))).toEqual(next);
    });

    it('survives a lost lease and a delivery that was given back', async () => {
      await queue(store, [ofAda('1'), ofAda('2')]);
      await claim();
      const [again] = await claim(at(2_000 + leaseMs));
      expect(again?.outgoingId).toBe('1');
      if (again === undefined) expect.fail('its lease has ended');
      await settleDeliveries(store, [{ to: 'released', delivery: again, settledAt: at(2_000 + leaseMs) }]);

      expect(outgoingIds(await claim(at(2_001 + leaseMs)))).toEqual(['1']);
    });

    it('is kept for each destination on its own, and for nobody where nobody is known', async () => {
      await queue(store, [
        ofAda('1'),
        aDraft({ outgoingId: 'a', destination: 'umami', person: 'ada' }),
        aDraft({ outgoingId: 'x' }),
        aDraft({ outgoingId: 'y' }),
      ]);

      expect(outgoingIds(await claim())).toEqual(['1', 'x', 'y']);
      expect(outgoingIds(await claimDeliveries(store, 'umami', { now: at(2_000) }))).toEqual(['a']);
    });

    it('tells of a pending delivery that something stands before it', async () => {
      await queue(store, [ofAda('1'), ofAda('2')]);
      const { items } = await store.listDeliveries({}, { limit: 10 });

      expect(items.map(({ state }) => state)).toMatchObject([{ isBehind: true }, { isBehind: false }]);
      await settleDeliveries(store, [settledAs(await claimDelivery(store))]);
      expect((await store.listDeliveries({ status: 'pending' }, { limit: 10 })).items).toMatchObject([
        { state: { isBehind: false } },
      ]);
    });

    it('takes in what was queued under a key that turns out to be theirs', async () => {
      await queue(store, [aDraft({ outgoingId: 'visitor', person: 'cookie' })]);
      await queue(store, [ofAda('user')]);
      await queue(store, [aDraft({ outgoingId: 'sign-up', person: 'ada', formerly: ['cookie', 'unknown'] })]);

      const order: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const claimed = only(await claim());
        order.push(claimed.outgoingId);
        await settleDeliveries(store, [settledAs(claimed)]);
      }
      expect(order).toEqual(['visitor', 'user', 'sign-up']);
    });

    it('does not hold anyone up when two lines become one while both are under way', async () => {
      await queue(store, [aDraft({ outgoingId: 'visitor', person: 'cookie' }), ofAda('user'), ofAda('user 2')]);
      const underWay = await claim();
      expect(outgoingIds(underWay)).toEqual(['visitor', 'user']);
      await queue(store, [aDraft({ outgoingId: 'sign-up', person: 'ada', formerly: ['cookie'] })]);

      expect(await claim()).toEqual([]);
      await settleDeliveries(
        store,
        underWay.map((delivery) => settledAs(delivery)),
      );
      expect(outgoingIds(await claim())).toEqual(['user 2']);
      expect((await store.stats()).deliveries).toMatchObject({ delivered: 2, in_flight: 1, pending: 1 });
    });

    it.each([
      ['has to be tried again', (delivery: ClaimedDelivery) => settledAs(delivery, throttled)],
      ['is given back', (delivery: ClaimedDelivery) => ({ to: 'released', delivery, settledAt: at(4_000) }) as const],
    ])('is kept when what was under way behind something earlier %s', async (_, end) => {
      await queue(store, [aDraft({ outgoingId: 'visitor', person: 'cookie' }), ofAda('user')]);
      const [visitor, user] = await claim();
      if (visitor === undefined || user === undefined) expect.fail('both are due');
      await queue(store, [aDraft({ outgoingId: 'sign-up', person: 'ada', formerly: ['cookie'] })]);

      await settleDeliveries(store, [end(user)]);

      expect(await claim(at(50_000))).toEqual([]);
      await settleDeliveries(store, [settledAs(visitor)]);
      expect(outgoingIds(await claim(at(50_000)))).toEqual(['user']);
    });

    it('is kept when the lease of what was under way behind something earlier ends', async () => {
      await queue(store, [aDraft({ outgoingId: 'visitor', person: 'cookie' }), ofAda('user')]);
      await claim();
      await queue(store, [aDraft({ outgoingId: 'sign-up', person: 'ada', formerly: ['cookie'] })]);

      expect(outgoingIds(await claim(at(2_000 + leaseMs)))).toEqual(['visitor']);
    });

    it('does not lead to a due time of what cannot go yet', async () => {
      await queue(store, [ofAda('1'), ofAda('2')], noon);
      await settleDeliveries(store, [settledAs(await claimDelivery(store), throttled)]);

      expect(await store.nextDueAt({ kind: 'deliveries', destination: 'segment' })).toEqual(at(34_000));
    });
  });
}
