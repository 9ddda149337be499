import { expect, it } from 'vitest';
import { addMs } from '../../../src/model/clock.ts';
import type { ReplayOrder } from '../../../src/model/replay.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  aClaim,
  aDeliveryClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  translated,
} from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('replicas that repair at once', () => {
  const now = at(100_000);
  const anOrder: ReplayOrder = { filter: {}, destinations: null, includesDelivered: false, rate: 200 };

  async function replicas() {
    const url = await testDatabase();
    const stores = await Promise.all([storeAt(url), storeAt(url), storeAt(url)]);
    return { url, stores, store: stores[0] };
  }

  async function failEvents(store: Store, count: number): Promise<void> {
    await store.recordRequest(aRequest({ events: Array.from({ length: count }, (_, item) => anEvent({ item })) }));
    const claimed = await store.claimEvents(aClaim());
    const ended = { to: 'failed', reason: 'mapping_failed', message: 'no id', settledAt: at(2_000) } as const;
    await store.settleTranslations(
      claimed.map((event) => ({ ...ended, event, drafts: [aDraft()], runs: [], origins: [] })),
    );
  }

  /** What is counted, and what is there. */
  const problemsIn = async (url: string) => {
    const client = await connect(url);
    const grouped = `
      select 'event' as kind, source as name, cause, count(*) from event where status = 'failed' group by 2, 3
      union all
      select 'delivery', destination, cause, count(*) from delivery where status = 'dead' group by 2, 3 order by 1, 2, 3`;
    const counted = 'select kind, name, cause, count from problem order by 1, 2, 3';
    return { counted: (await client.query(counted)).rows, there: (await client.query(grouped)).rows };
  };

  it('replay every event once, and count it once', async () => {
    const { stores, store } = await replicas();
    await failEvents(store, 100);
    const { id } = await store.startReplay(anOrder, now);

    for (let step = 0; step < 6; step += 1) {
      const later = addMs(now, step * 100);
      await Promise.all(
        stores.map(async (each, index) => {
          await each.continueReplays(later);
          const worker = `wrk_${index}` as const;
          const events = await each.claimEvents(aClaim({ worker, now: later, limit: 15 }));
          await each.settleTranslations(events.map((event) => translated(event, [aDraft()], later)));
        }),
      );
    }

    expect(await store.getReplay(id)).toMatchObject({
      status: 'finished',
      progress: { total: 100, translated: 100, inLine: 0, fates: { new: 0, left_under_way: 100 } },
    });
    expect((await store.stats()).events).toMatchObject({ failed: 0, received: 0, translated: 100 });
  });

  it('end a replay that others go on with', async () => {
    const { stores, store } = await replicas();
    await failEvents(store, 100);
    const { id } = await store.startReplay(anOrder, now);

    const ends = await Promise.all([
      ...stores.map((each) => each.continueReplays(now)),
      ...stores.map((each) => each.cancelReplay(id, now)),
      ...stores.map((each) => each.continueReplays(addMs(now, 100))),
    ]);

    expect(ends.filter((end) => end === true)).toHaveLength(1);
    const { status, progress } = (await store.getReplay(id)) ?? expect.fail();
    expect([status, await store.continueReplays(at(200_000))]).toEqual(['cancelled', 0]);
    expect((await store.stats()).events.received).toBe(progress.inLine);
  });

  it('keep the groups of what is dead and failed as large as they are', async () => {
    const { url, stores, store } = await replicas();
    const dieOnce = async (each: Store, worker: `wrk_${string}`): Promise<void> => {
      const { deliveries } = await each.claimDeliveries(aDeliveryClaim({ worker, now, limit: 7 }));
      await settleDeliveries(
        each,
        deliveries.map((delivery) => settledAs(delivery, refused, now)),
      );
    };
    await queue(
      store,
      Array.from({ length: 40 }, (_, n) => aDraft({ outgoingId: `${n}` })),
    );
    await failEvents(store, 20);

    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.all(
        stores.flatMap((each, index) => [
          dieOnce(each, `wrk_${index}`),
          each.redeliver({ which: { filter: { cause: 'no such field' }, limit: 3 }, dueAt: now, everyMs: 0 }),
          failEvents(each, 2),
        ]),
      );
    }

    const { counted, there } = await problemsIn(url);
    expect(counted).toEqual(there);
    expect(there).toHaveLength(2);
  });
});
