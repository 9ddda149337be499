import { expect, it } from 'vitest';
import { anEvent, aRequest, at } from '../../contracts/store-samples.ts';
import { freshDatabase, storeOn } from './data-directory.ts';

const keep = { deliveredMs: 1_000, deadMs: 1_000, keysMs: 3_600_000 };
const order = { now: at(1_000), keep, limit: 50 };

it('lets go of a few megabytes in one commit, and of the next when others had their turn', async () => {
  const store = storeOn(freshDatabase());
  const unusable = { reason: 'not_json', message: 'no JSON' } as const;
  for (let n = 0; n < 10; n += 1)
    await store.recordRequest(aRequest({ body: Buffer.alloc(1024 ** 2), events: [anEvent({ unusable })] }));

  let isUnderWay = true;
  const purging = store.purge(order).finally(() => {
    isUnderWay = false;
  });
  let pings = 0;
  for (; isUnderWay; pings += 1) await store.ping();

  expect(await purging).toMatchObject({ events: 10, isAll: true });
  // Of one commit the first is a part.
  expect(pings).toBeGreaterThan(3);
});

it('looks at no more than it is told to, however many commits that takes', async () => {
  const store = storeOn(freshDatabase());
  const unusable = { reason: 'not_json', message: 'no JSON' } as const;
  for (let n = 0; n < 10; n += 1)
    await store.recordRequest(aRequest({ body: Buffer.alloc(1024 ** 2), events: [anEvent({ unusable })] }));

  expect(await store.purge({ ...order, limit: 7 })).toMatchObject({ events: 7, isAll: false });
  expect(await store.purge({ ...order, limit: 7 })).toMatchObject({ events: 3, isAll: true });
});

it('lets go of events although what is counted over time is damaged', async () => {
  const db = freshDatabase();
  const store = storeOn(db);
  const unusable = { reason: 'not_json', message: 'no JSON' } as const;
  await store.recordRequest(aRequest({ events: [anEvent({ unusable })] }));
  const spoilt = db.prepare(
    "insert into series values ('minute', ?, 'event', 'stripe', 'received', 9223372036854775807)",
  );
  for (const startsAt of [0, 60_000]) spoilt.run(startsAt);

  expect(await store.purge(order)).toMatchObject({ events: 1, isAll: true });
});
