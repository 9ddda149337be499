import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  aClaim,
  aDeliveryClaim,
  aDraft,
  aRequest,
  claimDelivery,
  queue,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { identifierFrom } from '../../identity/links.ts';
import { connect, databaseIn, dataDirectory } from './data-directory.ts';

/** A store in whose database somebody else is writing, and does not stop. */
async function lockedStore(): Promise<{ store: Store; unlock: () => void }> {
  const dataDir = dataDirectory();
  const store = await openStore({ dataDir });
  onTestFinished(() => store.close());
  await queue(store, [aDraft()]);
  const other = connect(databaseIn(dataDir));
  other.exec('begin immediate');
  return { store, unlock: () => void other.exec('rollback') };
}

describe('while another process holds the write lock', () => {
  it('every kind of write is refused within a second, reads answer, and the event loop does not wait', async () => {
    const { store, unlock } = await lockedStore();
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const startedMs = performance.now();

    const ends = await Promise.allSettled([
      store.recordRequest(aRequest()),
      store.claimEvents(aClaim()),
      store.claimDeliveries(aDeliveryClaim()),
      store.ping(),
      store.forget(identifierFrom('email:ada@example.com')),
    ]);
    const tookMs = performance.now() - startedMs;
    loop.disable();

    expect(ends.map((end) => end.status === 'rejected' && end.reason.code)).toEqual(
      Array.from({ length: 5 }, () => 'STORE_UNAVAILABLE'),
    );
    expect((await store.stats()).deliveries.pending).toBe(1);
    expect(tookMs).toBeLessThan(2_000);
    expect(loop.percentile(99) / 1e6).toBeLessThan(100);
    unlock();
    expect(await store.recordRequest(aRequest())).toMatchObject({ accepted: 1 });
  });
});

describe('while a person is forgotten', () => {
  it('what must be settled or is sent once waits for the file to be rewritten, and requests are turned away', async () => {
    const dataDir = dataDirectory();
    const store = await openStore({ dataDir });
    onTestFinished(() => store.close());
    await queue(store, [aDraft()]);
    await Promise.all(
      Array.from({ length: 2_000 }, () => store.recordRequest(aRequest({ body: Buffer.alloc(10_000, 'x') }))),
    );
    const delivery = await claimDelivery(store);
    let isForgotten = false;
    const forgetting = store.forget(identifierFrom('email:ada@example.com')).then((forgotten) => {
      isForgotten = true;
      return forgotten;
    });
    let refused = 0;
    const settled: (readonly boolean[])[] = [];
    while (!isForgotten) {
      const asked = store.recordRequest(aRequest()).catch(() => {
        refused += 1;
      });
      if (refused === 1 && settled.length === 0) {
        const once = store.recordRequest(aRequest({ isSentOnce: true }));
        settled.push(await settleDeliveries(store, [settledAs(delivery)]));
        expect(await once).toMatchObject({ accepted: 1 });
      }
      await asked;
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await forgetting).toMatchObject({ isVerified: true });
    expect(refused).toBeGreaterThan(0);
    expect(settled).toEqual([[true]]);
  });
});
