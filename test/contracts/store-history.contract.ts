/** What a store tells about what it keeps: details, pages and counters. */
import { beforeEach, describe, expect, it } from 'vitest';
import { deliveryStatuses } from '../../src/model/delivery.ts';
import { eventStatuses } from '../../src/model/event.ts';
import type { DeliveryFilter, EventFilter, Store } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  allPages,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimDelivery,
  delivered,
  externalIds,
  noon,
  outgoingIds,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  translated,
} from './store-samples.ts';

export function describeHistory(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  describe('history', () => {
    it('knows nothing of ids it never gave out', async () => {
      expect(await store.getEvent('evt_none')).toBeUndefined();
      expect(await store.getDelivery('dlv_none')).toBeUndefined();
    });

    it('tells the whole story of an event', async () => {
      const event = await queue(store, [aDraft(), aDraft({ destination: 'umami' })]);
      const delivery = await claimDelivery(store);
      await settleDeliveries(store, [settledAs(delivery)]);

      expect(await store.getEvent(event.id)).toMatchObject({
        id: event.id,
        source: 'stripe',
        type: 'invoice.paid',
        occurredAt: at(-5_000),
        receivedAt: noon,
        deliveries: [
          { id: delivery.id, destination: 'segment', history: [{ number: 1, outcome: delivered, durationMs: 120 }] },
          { destination: 'umami', history: [] },
        ],
      });
    });

    describe('with events of several sources, types, states and times', () => {
      const sources = ['stripe', 'hubspot', 'callrail'];
      const types = ['created', 'deleted'];

      beforeEach(async () => {
        for (let n = 0; n < 60; n += 1) {
          const event = anEvent({ externalId: `${n}`, type: types[n % types.length] ?? '' });
          const receivedAt = at(Math.floor(n / 7) * 1_000);
          await store.recordRequest(
            aRequest({ source: sources[n % sources.length] ?? '', receivedAt, events: [event] }),
          );
        }
        const claimed = await store.claimEvents(aClaim({ limit: 40 }));
        await store.settleTranslations(claimed.slice(0, 20).map((event) => translated(event, [])));
        await store.settleTranslations(
          claimed
            .slice(20, 30)
            .map((event) => ({ to: 'unmatched', event, settledAt: noon, why: 'no mapping', runs: [] })),
        );
      });

      const everything = async (filter: EventFilter, limit: number) => {
        const pages = await allPages((cursor) => store.listEvents(filter, { limit, cursor }));
        return pages.flat();
      };

      it('lists the newest first', async () => {
        expect(externalIds(await everything({}, 100))).toEqual(Array.from({ length: 60 }, (_, n) => `${59 - n}`));
      });

      it.each([1, 7, 59, 60, 61])('gives every event exactly once in pages of %i', async (limit) => {
        expect(externalIds(await everything({}, limit))).toEqual(Array.from({ length: 60 }, (_, n) => `${59 - n}`));
      });

      it.each<EventFilter>([
        ...sources.map((source) => ({ source })),
        ...types.map((type) => ({ type })),
        ...eventStatuses.map((status) => ({ status })),
        { source: 'stripe', type: 'created' },
        { source: 'stripe', status: 'received' },
        { type: 'deleted', status: 'translated' },
        { source: 'hubspot', type: 'created', status: 'unmatched' },
        { since: at(3_000) },
        { until: at(3_000) },
        { since: at(2_000), until: at(5_000) },
        { source: 'callrail', type: 'deleted', since: at(1_000), until: at(6_000) },
        { source: 'nobody' },
        { since: at(5_000), until: at(5_000) },
      ])('lists exactly what %j describes', async (filter) => {
        const expected = (await everything({}, 100)).filter(
          (event) =>
            (filter.source === undefined || event.source === filter.source) &&
            (filter.type === undefined || event.type === filter.type) &&
            (filter.status === undefined || event.status === filter.status) &&
            (filter.since === undefined || event.receivedAt >= filter.since) &&
            (filter.until === undefined || event.receivedAt < filter.until),
        );

        expect(await everything(filter, 4)).toEqual(expected);
      });

      it('continues where a page ended although newer events have arrived', async () => {
        const first = await store.listEvents({}, { limit: 5 });
        await store.recordRequest(aRequest({ receivedAt: at(100_000) }));
        const second = await store.listEvents({}, { limit: 5, cursor: first.nextCursor ?? '' });

        expect(externalIds(second.items)).toEqual(['54', '53', '52', '51', '50']);
      });
    });

    it.each(['', 'x', 'LTEuNQ', '%%%'])('refuses the cursor %j', async (cursor) => {
      await expect(store.listEvents({}, { limit: 1, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      await expect(store.listDeliveries({}, { limit: 1, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    describe('with deliveries to several destinations in several states', () => {
      const destinations = ['segment', 'umami', 'vemetric'];

      beforeEach(async () => {
        const drafts = Array.from({ length: 30 }, (_, n) =>
          aDraft({ outgoingId: `${n}`, destination: destinations[n % 3] ?? '' }),
        );
        await queue(store, drafts);
        for (const destination of destinations.slice(0, 2)) {
          const claimed = await claimDeliveries(store, destination, aClaim({ now: at(2_000), limit: 8 }));
          const outcomes = [delivered, refused, throttled, { ...refused, reason: 'filtered' } as const];
          await settleDeliveries(
            store,
            claimed.slice(0, 6).map((delivery, n) => settledAs(delivery, outcomes[n % outcomes.length])),
          );
        }
      });

      const everything = async (filter: DeliveryFilter, limit: number) => {
        const pages = await allPages((cursor) => store.listDeliveries(filter, { limit, cursor }));
        return pages.flat();
      };

      it.each([1, 4, 30])('gives every delivery exactly once, the newest first, in pages of %i', async (limit) => {
        expect(outgoingIds(await everything({}, limit))).toEqual(Array.from({ length: 30 }, (_, n) => `${29 - n}`));
      });

      it.each<DeliveryFilter>([
        ...destinations.map((destination) => ({ destination })),
        ...deliveryStatuses.map((status) => ({ status })),
        { reason: 'rejected' },
        { reason: 'filtered', destination: 'umami' },
        { reason: 'rejected', status: 'dead' },
        { reason: 'rejected', status: 'delivered' },
        { destination: 'segment', status: 'in_flight' },
        { destination: 'nowhere' },
      ])('lists exactly what %j describes', async (filter) => {
        const expected = (await everything({}, 100)).filter(
          ({ destination, state }) =>
            (filter.destination === undefined || destination === filter.destination) &&
            (filter.status === undefined || state.status === filter.status) &&
            (filter.reason === undefined || (state.status === 'dead' && state.reason === filter.reason)),
        );

        expect(await everything(filter, 3)).toEqual(expected);
      });

      it('lists what was queued in a time, and with a cause what died in it', async () => {
        await queue(store, [aDraft({ outgoingId: 'late', destination: 'segment' })], at(60_000));
        const [newest] = await everything({}, 100);
        const queuedAt = newest?.createdAt ?? noon;

        expect(outgoingIds(await everything({ since: queuedAt }, 1))).toEqual(['late']);
        expect(outgoingIds(await everything({ until: queuedAt }, 4))).toHaveLength(30);
        expect(await everything({ since: queuedAt, until: queuedAt }, 4)).toEqual([]);

        const dead = { reason: 'rejected', cause: 'no such field' } as const;
        const [last] = await everything(dead, 100);
        const diedAt = last?.state.status === 'dead' ? last.state.settledAt : noon;
        expect(outgoingIds(await everything({ ...dead, since: diedAt }, 1))).toEqual(
          outgoingIds(await everything(dead, 100)),
        );
        expect(await everything({ ...dead, until: diedAt }, 1)).toEqual([]);
      });

      it('says what the last attempt said, and leaves the payload out', async () => {
        const [dead] = (await store.listDeliveries({ status: 'dead' }, { limit: 1 })).items;
        const [untried] = (await store.listDeliveries({ status: 'in_flight' }, { limit: 1 })).items;

        expect(dead).toMatchObject({ lastMessage: 'no such field' });
        expect(untried).toMatchObject({ lastMessage: null });
        expect(dead).not.toHaveProperty('payload');
      });
    });
  });

  describe('counters', () => {
    it('counts nothing in an empty store', async () => {
      expect(await store.stats()).toEqual({
        events: { received: 0, translated: 0, unmatched: 0, failed: 0 },
        deliveries: { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 },
        eventsBySource: [],
        deliveriesByDestination: [],
        stitching: [],
        oldestPending: [],
      });
    });

    it('counts events and deliveries where they are now', async () => {
      await store.recordRequest(aRequest({ source: 'hubspot', events: [anEvent(), anEvent()] }));
      await store.claimEvents(aClaim());
      const drafts = Array.from({ length: 5 }, () => aDraft());
      await queue(store, [...drafts, aDraft({ destination: 'umami' })]);
      const claimed = await claimDeliveries(store, 'segment', aClaim({ now: at(2_000), limit: 4 }));
      const outcomes = [delivered, refused, throttled];
      await settleDeliveries(
        store,
        claimed.slice(0, 3).map((one, n) => settledAs(one, outcomes[n])),
      );

      const stats = await store.stats();

      expect(stats.events).toEqual({ received: 2, translated: 1, unmatched: 0, failed: 0 });
      expect(stats.deliveries).toEqual({ pending: 3, in_flight: 1, delivered: 1, dead: 1, cancelled: 0 });
      expect(stats.eventsBySource).toContainEqual({ source: 'hubspot', status: 'received', count: 2 });
      expect(stats.eventsBySource).toContainEqual({ source: 'stripe', status: 'translated', count: 1 });
      expect(stats.deliveriesByDestination).toContainEqual({ destination: 'umami', status: 'pending', count: 1 });
    });

    it('names the oldest unfinished delivery of each destination', async () => {
      await queue(store, [aDraft({ destination: 'umami' }), aDraft()], at(2_000));
      await queue(store, [aDraft()], at(3_000));
      const oldest = await claimDelivery(store, aClaim({ now: at(4_000), limit: 1 }));
      const unfinished = async () => (await store.stats()).oldestPending;

      expect(await unfinished()).toEqual([
        { destination: 'segment', createdAt: at(2_000) },
        { destination: 'umami', createdAt: at(2_000) },
      ]);
      await settleDeliveries(store, [settledAs(oldest)]);
      expect(await unfinished()).toContainEqual({ destination: 'segment', createdAt: at(3_000) });
    });
  });
}
