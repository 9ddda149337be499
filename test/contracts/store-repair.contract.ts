/** What went wrong, in groups, and what an operator does with dead deliveries: redeliver, cancel. */
import { beforeEach, describe, expect, it } from 'vitest';
import { addMs } from '../../src/model/clock.ts';
import type { Draft, Settlement } from '../../src/model/delivery.ts';
import type { DeliveryId } from '../../src/model/id.ts';
import type { Store } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimDelivery,
  claimOne,
  only,
  outgoingIds,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  translated,
} from './store-samples.ts';

export function describeRepair(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  /** Deliveries that are dead, in the order of the drafts, a millisecond apart. */
  const bury = async (drafts: readonly Draft[], cause = 'no such field', diedAt = at(4_000)) => {
    const ids: DeliveryId[] = [];
    for (const [index, draft] of drafts.entries()) {
      await queue(store, [draft]);
      const claimed = only(await claimDeliveries(store, draft.destination, { now: at(2_000) }));
      const settlement = settledAs(claimed, refused, addMs(diedAt, index)) as Extract<Settlement, { to: 'dead' }>;
      await settleDeliveries(store, [{ ...settlement, cause }]);
      ids.push(claimed.id);
    }
    return ids;
  };
  const three = ['1', '2', '3'].map((outgoingId) => aDraft({ outgoingId }));
  const now = at(10_000);
  const atOnce = { dueAt: now, everyMs: 0 };
  const statusOf = async (id: DeliveryId) => (await store.getDelivery(id))?.state.status;

  describe('problems', () => {
    it('groups dead deliveries by destination, reason and cause, the largest group first', async () => {
      await bury([aDraft()], 'too old');
      const alike = await bury(three, 'no such field', at(5_000));
      await bury([aDraft({ destination: 'umami' })], 'no such field');

      const { deliveries } = await store.problems();

      expect(deliveries[0]).toEqual({
        destination: 'segment',
        reason: 'rejected',
        cause: 'no such field',
        count: 3,
        firstAt: at(5_000),
        lastAt: at(5_002),
        example: alike[2],
      });
      expect(deliveries.map(({ destination, cause, count }) => [destination, cause, count])).toEqual([
        ['segment', 'no such field', 3],
        expect.arrayContaining([1]),
        expect.arrayContaining([1]),
      ]);
    });

    it('groups failed events by source, reason and what their messages have in common', async () => {
      const unusable = (message: string) => anEvent({ unusable: { reason: 'not_json', message } });
      await store.recordRequest(aRequest({ receivedAt: at(1), events: [unusable('unexpected "x" at position 17')] }));
      await store.recordRequest(aRequest({ receivedAt: at(9), events: [unusable('unexpected "y" at position 4')] }));
      await store.recordRequest(aRequest({ source: 'hubspot' }));
      const event = await claimOne(store);
      const drafts = { drafts: [], runs: [], origins: [] };
      const failed = {
        to: 'failed',
        reason: 'mapping_failed',
        message: 'event.user.id: no id 4711',
        ...drafts,
      } as const;
      await store.settleTranslations([{ event, settledAt: at(2_000), ...failed }]);

      const { events } = await store.problems();

      const newest = only((await store.listEvents({ source: 'stripe' }, { limit: 1 })).items);
      expect(events).toEqual([
        {
          source: 'stripe',
          reason: 'not_json',
          cause: expect.stringMatching(/^unexpected .* at position <n>$/),
          count: 2,
          firstAt: at(1),
          lastAt: at(9),
          example: newest.id,
        },
        expect.objectContaining({
          source: 'hubspot',
          reason: 'mapping_failed',
          cause: 'event.user.id: no id <n>',
          count: 1,
        }),
      ]);
    });

    it('forgets a group when nothing is left of it', async () => {
      const ids = await bury(three);
      await store.redeliver({ which: { ids: ids.slice(0, 1) }, ...atOnce });
      expect((await store.problems()).deliveries).toMatchObject([{ count: 2 }]);

      await store.cancelDeliveries(ids, now);
      expect(await store.problems()).toEqual({ deliveries: [], events: [] });
    });

    it('names a hundred groups of each at most', async () => {
      for (let n = 0; n < 102; n += 1) {
        const events = [anEvent({ unusable: { reason: 'not_json', message: `fault ${'x'.repeat(n)}!` } })];
        await store.recordRequest(aRequest({ events }));
      }

      expect((await store.problems()).events).toHaveLength(100);
    });
  });

  describe('redelivering', () => {
    it('puts a dead delivery back in line as it is: same id, same bytes, as many attempts as a new one', async () => {
      const [id] = await bury([aDraft()]);
      if (id === undefined) return expect.fail();

      const redelivered = await store.redeliver({ which: { ids: [id] }, ...atOnce });

      expect(redelivered).toEqual([{ id, destination: 'segment' }]);
      const again = await claimDelivery(store, aClaim({ now }));
      expect(again).toMatchObject({ ...aDraft(), id, attempts: 1, failures: 0, failingSince: null, replayOf: null });
      expect((await store.stats()).deliveries).toMatchObject({ dead: 0, in_flight: 1 });
      expect(await settleDeliveries(store, [settledAs(again)])).toEqual([true]);
      expect((await store.getDelivery(id))?.history.map(({ number }) => number)).toEqual([1, 2]);
    });

    it('leaves alone what is not dead, and ids that nobody has', async () => {
      await queue(store, [aDraft()]);
      const { id } = await claimDelivery(store);

      expect(await store.redeliver({ which: { ids: [id, 'dlv_none'] }, ...atOnce })).toEqual([]);
      expect(await statusOf(id)).toBe('in_flight');
    });

    it('takes those that died first, so many at a time, until none is left that fits', async () => {
      const ids = await bury(three);
      await bury([aDraft({ destination: 'umami' })]);
      const some = { which: { filter: { destination: 'segment' }, limit: 2 }, ...atOnce };

      const turns = [await store.redeliver(some), await store.redeliver(some), await store.redeliver(some)];

      expect(turns.map((moved) => moved.map(({ id }) => id))).toEqual([ids.slice(0, 2), ids.slice(2), []]);
      expect((await store.stats()).deliveries).toMatchObject({ dead: 1, pending: 3 });
    });

    it('spreads them over time', async () => {
      const ids = await bury(three);
      await store.redeliver({ which: { filter: {}, limit: 10 }, dueAt: now, everyMs: 250 });

      const states = await Promise.all(ids.map(async (id) => (await store.getDelivery(id))?.state));
      expect(states).toMatchObject([{ dueAt: now }, { dueAt: addMs(now, 250) }, { dueAt: addMs(now, 500) }]);
      expect(await store.nextDueAt({ kind: 'deliveries', destination: 'segment' })).toEqual(now);
    });

    it.each([
      [{ destination: 'umami' }, ['umami']],
      [{ reason: 'rejected' as const }, ['early', 'umami', 'late']],
      [{ reason: 'timeout' as const }, []],
      [{ cause: 'too old' }, ['late']],
      [{ destination: 'segment', reason: 'rejected' as const, cause: 'no such field' }, ['early']],
      [{ since: at(5_000) }, ['umami', 'late']],
      [{ until: at(5_000) }, ['early']],
      [{ cause: 'no such field', since: at(4_001), until: at(6_000) }, ['umami']],
    ])('takes only what fits: %o', async (filter, expected) => {
      await bury([aDraft({ outgoingId: 'early' })], 'no such field', at(4_000));
      await bury([aDraft({ outgoingId: 'umami', destination: 'umami' })], 'no such field', at(5_000));
      await bury([aDraft({ outgoingId: 'late' })], 'too old', at(6_000));

      const counted = (await store.countDead(filter)).map(({ count }) => count).reduce((sum, n) => sum + n, 0);
      const moved = await store.redeliver({ which: { filter, limit: 10 }, ...atOnce });

      const all = await Promise.all(moved.map(async ({ id }) => await store.getDelivery(id)));
      expect(outgoingIds(all.flatMap((one) => one ?? []))).toEqual(expected);
      expect(counted).toBe(expected.length);
    });

    it('counts them by destination and reason', async () => {
      await bury(three);
      await bury([aDraft({ destination: 'umami' })]);

      expect(await store.countDead({})).toEqual([
        { destination: 'segment', reason: 'rejected', count: 3 },
        { destination: 'umami', reason: 'rejected', count: 1 },
      ]);
    });

    it('lets what is behind it in the line of its person wait again', async () => {
      const [dead] = await bury([aDraft({ outgoingId: 'dead', person: 'ada' })]);
      await queue(
        store,
        ['2', '3'].map((outgoingId) => aDraft({ outgoingId, person: 'ada' })),
      );
      if (dead === undefined) return expect.fail();

      await store.redeliver({ which: { ids: [dead] }, ...atOnce });

      const order: string[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const claimed = only(await claimDeliveries(store, 'segment', { now }));
        order.push(claimed.outgoingId);
        await settleDeliveries(store, [settledAs(claimed)]);
      }
      expect(order).toEqual(['dead', '2', '3']);
    });

    it('does not take back what is under way already', async () => {
      const [dead] = await bury([aDraft({ outgoingId: 'dead', person: 'ada' })]);
      await queue(store, [aDraft({ outgoingId: '2', person: 'ada' })]);
      const underWay = await claimDelivery(store);
      if (dead === undefined) return expect.fail();

      await store.redeliver({ which: { ids: [dead] }, ...atOnce });

      expect(await settleDeliveries(store, [settledAs(underWay)])).toEqual([true]);
      expect(outgoingIds(await claimDeliveries(store, 'segment', { now }))).toEqual(['dead']);
    });

    it('moves each of them once, however many ask at once', async () => {
      await bury(three);
      const turns = await Promise.all(
        Array.from({ length: 5 }, () => store.redeliver({ which: { filter: {}, limit: 10 }, ...atOnce })),
      );

      expect(turns.flat()).toHaveLength(3);
      expect((await store.stats()).deliveries).toMatchObject({ dead: 0, pending: 3 });
    });
  });

  describe('cancelling', () => {
    it('gives up what is pending or dead, for good', async () => {
      const [dead] = await bury([aDraft()]);
      await queue(store, [aDraft({ outgoingId: 'pending' })]);
      const { id } = await claimDelivery(store);
      const waiting = await claimed(id);
      if (dead === undefined) return expect.fail();

      const cancelled = await store.cancelDeliveries([dead, waiting, 'dlv_none'], now);

      expect(cancelled).toEqual([dead, waiting].map((each) => ({ id: each, destination: 'segment' })));
      expect((await store.getDelivery(dead))?.state).toEqual({ status: 'cancelled', settledAt: now });
      expect((await store.stats()).deliveries).toMatchObject({ dead: 0, pending: 0, cancelled: 2 });
      expect(await store.redeliver({ which: { ids: [dead, waiting] }, ...atOnce })).toEqual([]);
      expect(await store.cancelDeliveries([dead, waiting], now)).toEqual([]);
    });

    /** Back in line after an attempt. */
    const claimed = async (id: DeliveryId): Promise<DeliveryId> => {
      const delivery = await store.getDelivery(id);
      expect(delivery?.state.status).toBe('in_flight');
      await settleDeliveries(store, [
        settledAs(only(await claimDeliveries(store, 'segment', { now: at(90_000) })), throttled),
      ]);
      return id;
    };

    it('takes the oldest that wait for a destination, so many at a time, until none is left', async () => {
      await queue(store, three.slice(0, 1), at(2_000));
      await queue(store, three.slice(1), at(3_000));
      await queue(store, [aDraft({ destination: 'umami' })]);
      const filter = { destination: 'segment', status: 'pending' as const };
      const cancel = async (limit: number, until?: Date) =>
        (await store.cancelFirst({ filter: { ...filter, until }, limit, now })).length;

      expect([await cancel(10, at(2_500)), await cancel(1), await cancel(10), await cancel(10)]).toEqual([1, 1, 1, 0]);
      expect((await store.stats()).deliveries).toMatchObject({ pending: 1, cancelled: 3 });
    });

    it.each([
      [{}, 3],
      [{ reason: 'rejected' as const, cause: 'too old' }, 1],
      [{ cause: 'no such field' }, 2],
      [{ reason: 'timeout' as const }, 0],
      [{ until: at(4_001) }, 1],
    ])('takes of the dead only what fits: %o', async (fits, expected) => {
      await bury(three.slice(0, 2));
      await bury(three.slice(2), 'too old', at(6_000));
      await queue(store, [aDraft({ outgoingId: 'pending' })]);
      await bury([aDraft({ destination: 'umami' })]);

      const filter = { destination: 'segment', status: 'dead' as const, ...fits };
      expect(await store.cancelFirst({ filter, limit: 10, now })).toHaveLength(expected);
      expect((await store.stats()).deliveries).toMatchObject({ dead: 4 - expected, pending: 1, cancelled: expected });
      expect((await store.problems()).deliveries.reduce((sum, { count }) => sum + count, 0)).toBe(4 - expected);
    });

    it('does not touch what is on its way or has arrived', async () => {
      await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);
      expect(await store.cancelDeliveries([delivery.id], now)).toEqual([]);
      await settleDeliveries(store, [settledAs(delivery)]);
      expect(await store.cancelDeliveries([delivery.id], now)).toEqual([]);
      expect(await statusOf(delivery.id)).toBe('delivered');
    });

    it('lets the line of its person go on', async () => {
      const event = await queue(
        store,
        ['1', '2', '3'].map((outgoingId) => aDraft({ outgoingId, person: 'ada' })),
      );
      const [first, second] = (await store.getEvent(event.id))?.deliveries ?? [];
      if (first === undefined || second === undefined) return expect.fail();

      await store.cancelDeliveries([second.id], now);
      expect(outgoingIds(await claimDeliveries(store, 'segment', { now, limit: 1 }))).toEqual(['1']);
      await settleDeliveries(store, []);
      expect(await claimDeliveries(store, 'segment', { now })).toEqual([]);
      const after = only(await claimDeliveries(store, 'segment', { now: at(200_000), limit: 1 }));
      expect(after.outgoingId).toBe('1');
      await settleDeliveries(store, [settledAs(after)]);
      expect(outgoingIds(await claimDeliveries(store, 'segment', { now: at(200_000) }))).toEqual(['3']);
    });

    it('of the first in a line puts the next one in front', async () => {
      const event = await queue(
        store,
        ['1', '2'].map((outgoingId) => aDraft({ outgoingId, person: 'ada' })),
      );
      const [first] = (await store.getEvent(event.id))?.deliveries ?? [];
      if (first === undefined) return expect.fail();

      await store.cancelDeliveries([first.id], now);

      expect(outgoingIds(await claimDeliveries(store, 'segment', { now }))).toEqual(['2']);
    });
  });

  describe('a person who is forgotten', () => {
    it('is not quoted in what the deliveries of others died of', async () => {
      const identifier = { kind: 'email', value: 'ada@example.com' };
      await store.recordRequest(aRequest({ body: Buffer.from('{"email":"ada@example.com"}') }));
      await store.stitch([{ event: await claimOne(store), identifiers: [identifier] }]);
      await queue(store, [aDraft()]);
      const message = 'no such user: ada@example.com';
      const quoting = settledAs(await claimDelivery(store), { kind: 'fail', reason: 'rejected', message }) as Extract<
        Settlement,
        { to: 'dead' }
      >;
      await settleDeliveries(store, [{ ...quoting, cause: message }]);

      expect(await store.forget(identifier)).toMatchObject({ emptied: 1, isVerified: true });

      expect((await store.problems()).deliveries).toMatchObject([{ cause: 'erased', count: 1 }]);
      const filter = { cause: 'erased' };
      expect(await store.redeliver({ which: { filter, limit: 10 }, ...atOnce })).toHaveLength(1);
    });

    it('is in no problem any more', async () => {
      const anonymous = { kind: 'email', value: 'ada@example.com' };
      const body = Buffer.from('{"email":"ada@example.com"}');
      await store.recordRequest(aRequest({ body }));
      const event = await claimOne(store);
      await store.stitch([{ event, identifiers: [anonymous] }]);
      await store.settleTranslations([translated(event, [aDraft()])]);
      await settleDeliveries(store, [settledAs(await claimDelivery(store), refused)]);
      const unusable = { reason: 'not_an_event', message: 'no id of "ada@example.com"' } as const;
      await store.recordRequest(aRequest({ body, events: [anEvent({ unusable })] }));

      await store.forget(anonymous);

      expect(await store.problems()).toEqual({ deliveries: [], events: [] });
    });
  });
}
