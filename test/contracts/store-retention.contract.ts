import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Purge, Store } from '../../src/store/store.ts';
import { identifierFrom } from '../identity/links.ts';
import {
  aClaim,
  aDraft,
  allPages,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimDelivery,
  claimOne,
  delivered,
  externalIds,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  translated,
} from './store-samples.ts';

const day = 86_400_000;
const keep = { deliveredMs: 30 * day, deadMs: 90 * day, keysMs: 365 * day };

export function describeRetention(opened: { readonly store: Store }): void {
  describe('retention', () => {
    let store: Store;

    beforeEach(() => {
      store = opened.store;
    });

    const purge = (ms: number, order: Partial<Purge> = {}) => store.purge({ now: at(ms), keep, limit: 100, ...order });
    const left = async () =>
      (await allPages((cursor) => store.listEvents({}, { limit: 50, cursor })))
        .flat()
        .map(({ externalId }) => externalId);

    /** An event of one request, translated into one delivery for each outcome, all settled at the same time. */
    async function settled(
      externalId: string,
      outcomes: readonly (typeof delivered)[] = [],
      ms = 0,
    ): Promise<ClaimedEvent> {
      await store.recordRequest(aRequest({ receivedAt: at(ms), events: [anEvent({ externalId })] }));
      const event = await claimOne(store, aClaim({ now: at(ms) }));
      const drafts = outcomes.map((_, item) => aDraft({ item }));
      await store.settleTranslations([translated(event, drafts, at(ms))]);
      const deliveries = await claimDeliveries(store, 'segment', { now: at(ms) });
      await settleDeliveries(
        store,
        deliveries.map((delivery) => settledAs(delivery, outcomes[delivery.item], at(ms))),
      );
      return event;
    }

    it('lets go of what is delivered after its time, and not before', async () => {
      const event = await settled('a', [delivered, delivered]);

      expect(await purge(keep.deliveredMs - 1)).toEqual({
        events: 0,
        requests: 0,
        deliveries: 0,
        attempts: 0,
        keys: 0,
        isAll: true,
      });
      expect(await purge(keep.deliveredMs)).toMatchObject({ events: 1, requests: 1, deliveries: 2, attempts: 2 });

      expect(await store.getEvent(event.id)).toBeUndefined();
      expect(await store.stats()).toMatchObject({
        events: { translated: 0 },
        deliveries: { delivered: 0 },
      });
    });

    it('keeps longer what failed and what has a dead delivery', async () => {
      await settled('delivered', [delivered]);
      await settled('dead', [delivered, refused]);
      const unusable = { reason: 'not_json', message: 'no JSON' } as const;
      await store.recordRequest(aRequest({ events: [anEvent({ externalId: 'failed', unusable })] }));

      await purge(keep.deliveredMs);
      expect((await left()).toSorted()).toEqual(['dead', 'failed']);
      await purge(keep.deadMs - 1);
      expect((await left()).toSorted()).toEqual(['dead', 'failed']);
      expect(await purge(keep.deadMs)).toMatchObject({ events: 2, deliveries: 2 });
      expect(await left()).toEqual([]);
    });

    it('counts from when the last of an event was settled', async () => {
      const event = await settled('a', [throttled]);
      const settledAt = 40 * day;
      const [late] = await claimDeliveries(store, 'segment', { now: at(settledAt) });
      if (late === undefined) expect.unreachable();
      await settleDeliveries(store, [settledAs(late, delivered, at(settledAt))]);

      expect(await purge(settledAt + keep.deliveredMs - 1)).toMatchObject({ events: 0 });
      expect(await purge(settledAt + keep.deliveredMs)).toMatchObject({ events: 1, attempts: 2 });
      expect(await store.getEvent(event.id)).toBeUndefined();
    });

    it('never lets go of what is received, pending or in flight', async () => {
      await settled('pending', [throttled]);
      await settled('in flight', [delivered, throttled], 1);
      await store.recordRequest(aRequest({ events: [anEvent({ externalId: 'received' })] }));
      await claimDeliveries(store, 'segment', { now: at(5_000_000), limit: 1 });

      for (let days = 30; days <= 1_000; days += 10) await purge(days * day);

      expect((await left()).toSorted()).toEqual(['in flight', 'pending', 'received']);
    });

    it('looks again at what was not settled, and lets it go in its time', async () => {
      await settled('a', [throttled]);
      await purge(100 * day);
      await settleDeliveries(store, [
        settledAs(await claimDelivery(store, aClaim({ now: at(100 * day) })), refused, at(100 * day)),
      ]);

      await purge(189 * day);
      expect(await left()).toEqual(['a']);
      await purge(190 * day + 1);
      await purge(190 * day + 1);
      expect(await left()).toEqual([]);
    });

    it('counts anew for an event that was replayed, whatever was known of it before', async () => {
      const event = await settled('a', [refused]);
      // Looked at once: kept because something of it is dead.
      await purge(keep.deliveredMs);
      const order = { filter: { ids: [event.id] }, destinations: null, includesDelivered: false, rate: 1_000 };
      await store.startReplay(order, at(80 * day));
      await store.continueReplays(at(80 * day));
      const again = await claimOne(store, aClaim({ now: at(80 * day) }));
      await store.settleTranslations([translated(again, [aDraft()], at(80 * day))]);
      const delivery = await claimDelivery(store, aClaim({ now: at(80 * day) }));
      await settleDeliveries(store, [settledAs(delivery, delivered, at(80 * day))]);

      await purge(110 * day - 1);
      expect(await left()).toEqual(['a']);
      await purge(110 * day);
      expect(await left()).toEqual([]);
    });

    it('takes a request with the last of its events only', async () => {
      const events = ['a', 'b'].map((externalId, item) => anEvent({ externalId, item }));
      await store.recordRequest(aRequest({ events }));
      const [a, b] = await store.claimEvents(aClaim({ now: at(0) }));
      if (a === undefined || b === undefined) expect.unreachable();
      await store.settleTranslations([translated(a, [], at(0)), translated(b, [], at(day))]);

      expect(await purge(keep.deliveredMs)).toMatchObject({ events: 1, requests: 0 });
      expect((await store.getEvent(b.id))?.request.body).toEqual(aRequest().body);
      expect(await purge(keep.deliveredMs + day)).toMatchObject({ events: 1, requests: 1 });
    });

    it('knows the keys of what it let go for as long again as it is told, and takes a retry for a duplicate', async () => {
      await settled('a', [delivered]);
      await purge(keep.deliveredMs);
      const again = () => store.recordRequest(aRequest({ events: [anEvent({ externalId: 'a' })] }));

      expect(await again()).toEqual({ accepted: 0, duplicates: 1 });
      expect(await purge(keep.deliveredMs + keep.keysMs - 1)).toMatchObject({ keys: 0 });
      expect(await again()).toEqual({ accepted: 0, duplicates: 1 });
      expect(await purge(keep.deliveredMs + keep.keysMs)).toMatchObject({ keys: 1 });
      expect(await again()).toEqual({ accepted: 1, duplicates: 0 });
    });

    it('never lets go of the keys of what was erased with its person', async () => {
      await store.recordRequest(
        aRequest({ body: Buffer.from('{"email":"ada@example.com"}'), events: [anEvent({ externalId: 'a' })] }),
      );
      await store.forget(identifierFrom('email:ada@example.com'));

      await purge(10_000 * day);

      expect(await store.recordRequest(aRequest({ events: [anEvent({ externalId: 'a' })] }))).toMatchObject({
        accepted: 0,
      });
    });

    it('takes the marks of identifiers, and leaves the links', async () => {
      await store.recordRequest(aRequest({ events: [anEvent({ externalId: 'a' })] }));
      const event = await claimOne(store, aClaim({ now: at(0) }));
      const identifiers = ['email:ada@example.com', 'user_id:usr_1'].map(identifierFrom);
      await store.stitch([{ event, identifiers }]);
      await store.settleTranslations([translated(event, [], at(0))]);

      await purge(keep.deliveredMs);

      const person = await store.findPerson(identifierFrom('email:ada@example.com'));
      expect(person).toMatchObject({ userId: 'usr_1', events: [] });
    });

    it('goes on where it stopped, oldest first, so many at a time', async () => {
      for (let n = 0; n < 5; n += 1) await settled(`${n}`, [n === 2 ? refused : delivered], n);

      const found: unknown[] = [];
      for (let isAll = false; !isAll; ) {
        const purged = await purge(keep.deliveredMs + 10, { limit: 2 });
        isAll = purged.isAll;
        found.push([purged.events, await left()]);
      }

      expect(found).toEqual([
        [2, ['4', '3', '2']],
        [1, ['4', '2']],
        [1, ['2']],
      ]);
    });

    it('tells the same of what is left', async () => {
      await settled('gone', [delivered]);
      const event = await settled('left', [delivered, refused], 60 * day);
      const before = await store.getEvent(event.id);

      await purge(31 * day);

      expect(await store.getEvent(event.id)).toEqual(before);
      expect(externalIds((await store.listEvents({}, { limit: 10 })).items)).toEqual(['left']);
    });
  });
}
