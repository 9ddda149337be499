import { expect, it } from 'vitest';
import type { Purge, Store } from '../../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  delivered,
  refused,
  settleDeliveries,
  settledAs,
  translated,
} from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

const day = 86_400_000;
const order: Purge = {
  now: at(100 * day),
  keep: { deliveredMs: 30 * day, deadMs: 90 * day, keysMs: 365 * day },
  limit: 7,
};

describeOnPostgres('replicas that let go at once', () => {
  async function replicas() {
    const url = await testDatabase();
    const stores = await Promise.all([storeAt(url), storeAt(url), storeAt(url)]);
    return { stores, store: stores[0] };
  }

  /** Requests of two events each, all delivered but for every fourth event. */
  async function fill(store: Store, requests: number): Promise<void> {
    for (let n = 0; n < requests; n += 1) {
      const events = [0, 1].map((item) => anEvent({ externalId: `${n} ${item}`, item }));
      await store.recordRequest(aRequest({ events }));
    }
    const events = await store.claimEvents(aClaim({ now: at(0), limit: 1_000 }));
    await store.settleTranslations(events.map((event) => translated(event, [aDraft({ person: 'ada' })], at(0))));
    for (let turn = 0; ; turn += 1) {
      const deliveries = await claimDeliveries(store, 'segment', { now: at(0) });
      if (deliveries.length === 0) return;
      await settleDeliveries(
        store,
        deliveries.map((delivery) => settledAs(delivery, turn % 4 === 3 ? refused : delivered, at(0))),
      );
    }
  }

  /** Whether all that is counted is there, and belongs to something. */
  const damagesIn = async (store: Store) => {
    expect(await store.examine(new AbortController().signal)).toBe(true);
    return (await store.condition()).damages;
  };

  async function purgeAll(store: Store): Promise<number> {
    for (let events = 0; ; ) {
      const purged = await store.purge(order);
      events += purged.events;
      if (purged.isAll) return events;
    }
  }

  it('let each event go once, and each request with the last of its events', async () => {
    const { stores, store } = await replicas();
    await fill(store, 20);

    const purged = await Promise.all(stores.map(purgeAll));

    const late = await purgeAll(store);
    expect(purged.reduce((sum, count) => sum + count, late)).toBe(40);
    expect(await store.stats()).toMatchObject({ events: { translated: 0 }, deliveries: { delivered: 0, dead: 0 } });
    expect(await damagesIn(store)).toEqual([]);
    const again = anEvent({ externalId: '3 1', item: 1 });
    expect(await store.recordRequest(aRequest({ events: [again] }))).toEqual({ accepted: 0, duplicates: 1 });
  });

  it('take nothing away from who sends it again or translates it anew', async () => {
    const { stores, store } = await replicas();
    await fill(store, 20);
    await store.startReplay({ filter: {}, destinations: null, includesDelivered: true, rate: 50 }, order.now);

    const ends = await Promise.all([
      ...stores.map(purgeAll),
      ...stores.map((each) =>
        each.redeliver({ which: { filter: {}, limit: 5 }, dueAt: order.now, everyMs: 0 }).then(({ length }) => length),
      ),
      ...stores.map((each) => each.continueReplays(order.now)),
    ]);

    expect(ends.length).toBe(9);
    expect(await damagesIn(store)).toEqual([]);
    const { events } = await store.stats();
    const open = await store.claimEvents(aClaim({ now: order.now, limit: 1_000 }));
    expect(events.received).toBe(open.length);
  });

  it('let events go although what is counted over time is damaged', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await fill(store, 2);
    const client = await connect(url);
    for (const startsAt of [0, 60_000])
      await client.query(
        `insert into series values ('minute', ${startsAt}, 'event', 'stripe', 'received', 0, 9223372036854775807)`,
      );

    expect(await purgeAll(store)).toBe(4);
  });
});
