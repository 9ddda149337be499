import { expect, it } from 'vitest';
import { anEvent, aRequest } from '../../contracts/store-samples.ts';
import { freshDatabase, storeOn } from './data-directory.ts';

const body = Buffer.alloc(20_000, 'x');

it('refuses what does not fit on a full disk, keeps answering, and recovers without a restart', async () => {
  const db = freshDatabase();
  const store = storeOn(db);
  const pages = Number(db.pragma('page_count', { simple: true }));
  db.pragma(`max_page_count = ${pages + 20}`);

  const requests = Array.from({ length: 10 }, (_, n) => aRequest({ body, events: [anEvent({ externalId: `${n}` })] }));
  const accepted: string[] = [];
  for (const request of requests) {
    const receipt = await store.recordRequest(request).catch((error: unknown) => error);
    if (receipt instanceof Error)
      expect(receipt).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_FULL' } });
    else accepted.push(...request.events.map((event) => event.externalId));
  }

  expect(accepted.length).toBeGreaterThan(0);
  expect(accepted.length).toBeLessThan(10);
  const { items } = await store.listEvents({}, { limit: 100 });
  expect(items.map((event) => event.externalId).toSorted()).toEqual(accepted);

  db.pragma('max_page_count = 1000000');
  const receipts = await Promise.all(requests.map((request) => store.recordRequest(request)));
  expect(receipts.map((receipt) => receipt.duplicates)).toEqual(requests.map((_, n) => (n < accepted.length ? 1 : 0)));
});

it('tells nobody of a group that did not fit that it was written', async () => {
  const db = freshDatabase();
  const store = storeOn(db);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 20}`);

  const ends = await Promise.allSettled(Array.from({ length: 10 }, () => store.recordRequest(aRequest({ body }))));

  const written = ends.filter(({ status }) => status === 'fulfilled').length;
  expect((await store.stats()).events.received).toBe(written);
  expect(written).toBeLessThan(10);
});
