/** What every store does, whatever database is below it. Drivers run it with `describeStore`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { describeAccess } from './store-access.contract.ts';
import { describeDeliveries } from './store-deliveries.contract.ts';
import { describeEvents } from './store-events.contract.ts';
import { describeHistory } from './store-history.contract.ts';
import { describeHostileTexts } from './store-hostile.contract.ts';
import { describeIdentities } from './store-identities.contract.ts';
import { describeLanes } from './store-lanes.contract.ts';
import { describePeople } from './store-people.contract.ts';
import { describeRepair } from './store-repair.contract.ts';
import { describeReplays } from './store-replays.contract.ts';
import { describeRetention } from './store-retention.contract.ts';
import { aDraft, anEvent, aRequest, claimDelivery, queue, settleDeliveries, settledAs } from './store-samples.ts';
import { describeSearch } from './store-search.contract.ts';
import { describeSeries } from './store-series.contract.ts';

/** Somewhere a store keeps its data, empty at first, that can be opened again and again. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

export function describeStore(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(name, () => {
    const opened = {} as { store: Store };
    let place: StorePlace;

    beforeEach(async () => {
      place = await makePlace();
      opened.store = await place.open();
    });

    afterEach(async () => {
      await opened.store.close();
      await place.remove();
    });

    describeEvents(opened);
    describeDeliveries(opened);
    describeLanes(opened);
    describeHistory(opened);
    describeIdentities(opened);
    describePeople(opened);
    describeRepair(opened);
    describeReplays(opened);
    describeRetention(opened);
    describeSearch(opened);
    describeSeries(opened);
    describeHostileTexts(opened);
    describeAccess(opened);

    describe('opening and closing', () => {
      it('finds everything again after it was closed', async () => {
        const event = await queue(opened.store, [aDraft()]);
        await settleDeliveries(opened.store, [settledAs(await claimDelivery(opened.store))]);
        const before = [await opened.store.getEvent(event.id), await opened.store.stats()];
        await opened.store.close();

        opened.store = await place.open();

        expect([await opened.store.getEvent(event.id), await opened.store.stats()]).toEqual(before);
        expect(
          await opened.store.recordRequest(aRequest({ events: [anEvent({ externalId: event.externalId })] })),
        ).toMatchObject({
          duplicates: 1,
        });
      });

      it('writes everything that was waiting before it closes', async () => {
        const receipts = Promise.all(Array.from({ length: 100 }, () => opened.store.recordRequest(aRequest())));
        await opened.store.close();

        expect((await receipts).every(({ accepted }) => accepted === 1)).toBe(true);
        opened.store = await place.open();
        expect((await opened.store.stats()).events.received).toBe(100);
      });

      it('refuses work once it is closed, and may be closed twice', async () => {
        await opened.store.close();
        await opened.store.close();

        const unavailable = { code: 'STORE_UNAVAILABLE' };
        await expect(opened.store.recordRequest(aRequest())).rejects.toMatchObject(unavailable);
        await expect(opened.store.ping()).rejects.toMatchObject(unavailable);
        await expect(opened.store.stats()).rejects.toMatchObject(unavailable);
      });

      it('answers a ping', async () => {
        await expect(opened.store.ping()).resolves.toBeUndefined();
      });
    });
  });
}
