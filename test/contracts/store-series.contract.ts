/** What a store counts of what happens when. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SeriesPoint, SeriesStep } from '../../src/model/series.ts';
import type { Store, TranslationSettlement } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  allPages,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimOne,
  delivered,
  only,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  translated,
} from './store-samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const keep = { deliveredMs: 30 * day, deadMs: 90 * day, keysMs: 365 * day };

export function describeSeries(opened: { readonly store: Store }): void {
  describe('series', () => {
    let store: Store;

    beforeEach(() => {
      store = opened.store;
    });

    const ofStep = (step: SeriesStep, [since, until] = [at(-day), at(day)]) => store.series({ since, until, step });
    const told = (points: readonly SeriesPoint[]) =>
      points.map(({ startsAt, kind, name, what, count }) => [startsAt, kind, name, what, count]);
    const totals = (points: readonly SeriesPoint[]): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const { kind, name, what, count } of points)
        sums[`${kind} ${name} ${what}`] = (sums[`${kind} ${name} ${what}`] ?? 0) + count;
      return sums;
    };

    it('has nothing to tell of an empty store', async () => {
      expect(await ofStep('minute')).toEqual([]);
      expect(await ofStep('day')).toEqual([]);
    });

    it('counts an event in the minute in which it was received, and in the one in which it was translated', async () => {
      await store.recordRequest(aRequest({ receivedAt: at(minute - 1), events: [anEvent(), anEvent()] }));
      const events = await store.claimEvents(aClaim({ now: at(minute) }));
      await store.settleTranslations(
        events.map((event) => ({ ...translated(event, [], at(minute)), origins: ['link', 'nowhere'] })),
      );

      expect(told(await ofStep('minute'))).toEqual([
        [at(0), 'event', 'stripe', 'received', 2],
        [at(minute), 'event', 'stripe', 'translated', 2],
        [at(minute), 'stitching', 'stripe', 'link', 2],
        [at(minute), 'stitching', 'stripe', 'nowhere', 2],
      ]);
    });

    it('counts what no mapping will see as received and as failed', async () => {
      const unusable = { reason: 'not_json', message: 'no JSON' } as const;
      await store.recordRequest(aRequest({ events: [anEvent({ unusable })] }));

      expect(told(await ofStep('minute'))).toEqual([
        [at(0), 'event', 'stripe', 'failed', 1],
        [at(0), 'event', 'stripe', 'received', 1],
      ]);
    });

    it('counts a duplicate as nothing', async () => {
      const request = aRequest();
      await store.recordRequest(request);
      await store.recordRequest(request);

      expect(totals(await ofStep('minute'))).toEqual({ 'event stripe received': 1 });
    });

    it('counts what came of each attempt, and how long it took from receipt to delivered', async () => {
      await queue(
        store,
        Array.from({ length: 4 }, () => aDraft()),
      );
      const [first, second, third, fourth] = await claimDeliveries(store, 'segment', { now: at(2_000) });
      if (!first || !second || !third || !fourth) expect.fail('there are not four');
      await settleDeliveries(store, [
        settledAs(first, delivered, at(90)),
        settledAs(second, delivered, at(3 * day)),
        settledAs(third, refused, at(minute)),
        settledAs(fourth, throttled, at(minute)),
      ]);

      const points = await ofStep('minute', [at(0), at(4 * day)]);

      expect(told(points.filter(({ kind }) => kind === 'delivery'))).toEqual([
        [at(0), 'delivery', 'segment', 'delivered', 1],
        [at(minute), 'delivery', 'segment', 'dead', 1],
        [at(minute), 'delivery', 'segment', 'retry', 1],
        [at(3 * day), 'delivery', 'segment', 'delivered', 1],
      ]);
      expect(told(points.filter(({ kind }) => kind === 'latency'))).toEqual([
        [at(0), 'latency', 'segment', '100', 1],
        [at(3 * day), 'latency', 'segment', 'more', 1],
      ]);
    });

    it('counts nothing of a settlement whose lease was lost, or that gives a delivery back', async () => {
      await queue(store, [aDraft()]);
      const delivery = only(await claimDeliveries(store, 'segment', { now: at(2_000) }));
      await settleDeliveries(store, [{ to: 'released', delivery, settledAt: at(3_000) }]);
      expect(await settleDeliveries(store, [settledAs(delivery)])).toEqual([false]);

      expect((await ofStep('minute')).filter(({ kind }) => kind === 'delivery')).toEqual([]);
    });

    it('counts what is cancelled', async () => {
      await queue(store, [aDraft()]);
      const { id } = only((await store.listDeliveries({}, { limit: 2 })).items);
      await store.cancelDeliveries([id], at(minute));

      expect(told(await ofStep('minute'))).toContainEqual([at(minute), 'delivery', 'segment', 'cancelled', 1]);
    });

    it('counts refused requests by source and reason', async () => {
      await store.recordRefusals([{ source: 'stripe', reason: 'mismatch', count: 3 }], at(0));
      await store.recordRefusals(
        [
          { source: 'stripe', reason: 'mismatch', count: 2 },
          { source: 'hubspot', reason: 'missing', count: 1 },
        ],
        at(1_000),
      );
      await store.recordRefusals([], at(1_000));

      expect(told(await ofStep('minute'))).toEqual([
        [at(0), 'refusal', 'hubspot', 'missing', 1],
        [at(0), 'refusal', 'stripe', 'mismatch', 5],
      ]);
    });

    it('adds minutes up to hours and days', async () => {
      for (const ms of [0, minute, hour - 1, hour, 12 * hour - 1, 12 * hour])
        await store.recordRequest(aRequest({ receivedAt: at(ms) }));

      expect((await ofStep('hour')).map(({ startsAt, count }) => [startsAt, count])).toEqual([
        [at(0), 3],
        [at(hour), 1],
        [at(11 * hour), 1],
        [at(12 * hour), 1],
      ]);
      expect((await ofStep('day')).map(({ startsAt, count }) => [startsAt, count])).toEqual([
        [at(-12 * hour), 5],
        [at(12 * hour), 1],
      ]);
    });

    it('tells of the steps from the one that `since` is in, and of none that begins at `until`', async () => {
      for (const n of [0, 1, 2, 3]) await store.recordRequest(aRequest({ receivedAt: at(n * minute) }));

      const points = await ofStep('minute', [at(minute + 30_000), at(3 * minute)]);

      expect(points.map(({ startsAt }) => startsAt)).toEqual([at(minute), at(2 * minute)]);
    });

    const purge = async (now: Date): Promise<void> => {
      for (let isAll = false; !isAll; ) ({ isAll } = await store.purge({ now, keep, limit: 100 }));
    };

    it('keeps hours where minutes are too old, and loses nothing on the way', async () => {
      for (const n of [0, 1, 30, 59, 60, 61, 200]) await store.recordRequest(aRequest({ receivedAt: at(n * minute) }));
      const range: [Date, Date] = [at(0), at(day)];
      const before = { hours: await ofStep('hour', range), days: await ofStep('day', range) };

      await purge(at(2 * day + 61 * minute));

      expect(await ofStep('hour', range)).toEqual(before.hours);
      expect(await ofStep('day', range)).toEqual(before.days);
      expect((await ofStep('minute', range)).map(({ startsAt }) => startsAt)).toEqual([
        at(61 * minute),
        at(200 * minute),
      ]);
    });

    it('adds what is counted late to the hour that there is already', async () => {
      await store.recordRequest(aRequest({ receivedAt: at(0) }));
      await purge(at(3 * day));
      await store.recordRequest(aRequest({ receivedAt: at(minute) }));
      await purge(at(3 * day));

      expect(told(await ofStep('hour'))).toEqual([[at(0), 'event', 'stripe', 'received', 2]]);
    });

    it('lets go of hours after more than a year', async () => {
      await store.recordRequest(aRequest({ receivedAt: at(0) }));
      await purge(at(400 * day));
      expect(await ofStep('hour')).toHaveLength(1);

      await purge(at(400 * day + 1));

      expect(await ofStep('hour')).toEqual([]);
    });

    it('keeps counted what is purged', async () => {
      await queue(store, [aDraft()]);
      const delivery = only(await claimDeliveries(store, 'segment', { now: at(2_000) }));
      await settleDeliveries(store, [settledAs(delivery)]);
      const before = totals(await ofStep('day'));
      await purge(at(31 * day));

      expect((await store.stats()).deliveries.delivered).toBe(0);
      expect(totals(await ofStep('day'))).toEqual(before);
    });

    const ends = ['translated', 'unmatched', 'failed', 'delayed'] as const;
    const outcomes = { delivered, refused, throttled };
    const life = fc.record({
      source: fc.constantFrom('stripe', 'hubspot'),
      ms: fc.integer({ min: 0, max: 3 * hour }),
      end: fc.constantFrom(...ends),
      deliveries: fc.array(
        fc.record({
          to: fc.constantFrom('segment', 'umami'),
          outcome: fc.constantFrom('delivered', 'refused', 'throttled'),
        }),
        { maxLength: 4 },
      ),
    });

    it('adds up to the rows, whatever becomes of them', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
          for (const { source, ms, end, deliveries } of lives) {
            await store.recordRequest(aRequest({ source, receivedAt: at(ms) }));
            const event = await claimOne(store, aClaim({ now: at(ms) }));
            await store.settleTranslations([
              settlementOf(event, {
                end,
                drafts: deliveries.map(({ to }, item) => aDraft({ destination: to, item })),
                ms,
              }),
            ]);
            for (const destination of ['segment', 'umami']) {
              const claimed = await claimDeliveries(store, destination, { now: at(ms + 1_000) });
              const settlements = claimed.map((one) =>
                settledAs(one, outcomes[deliveries[one.item]?.outcome ?? 'delivered'], at(ms + 2_000)),
              );
              await settleDeliveries(store, settlements);
            }
            // Whatever waits is out of the way of the next life.
            const waiting = (await store.listDeliveries({ status: 'pending' }, { limit: 100 })).items;
            await store.cancelDeliveries(
              waiting.map(({ id }) => id),
              at(ms + 3_000),
            );
          }
          expect(totals(await ofStep('minute'))).toMatchObject(await countedInRows());
          expect(totals(await ofStep('hour'))).toEqual(totals(await ofStep('minute')));
        }),
        { numRuns: 4 },
      );
    });

    /** By what became of them; whatever is in a state at the end went into it once. */
    async function countedInRows(): Promise<Record<string, number>> {
      const counts: Record<string, number> = {};
      const count = (key: string): void => {
        counts[key] = (counts[key] ?? 0) + 1;
      };
      for (const { source, status } of (
        await allPages((cursor) => store.listEvents({}, { limit: 100, cursor }))
      ).flat()) {
        count(`event ${source} received`);
        if (status !== 'received') count(`event ${source} ${status}`);
      }
      const deliveries = (await allPages((cursor) => store.listDeliveries({}, { limit: 100, cursor }))).flat();
      for (const { destination, state, failures } of deliveries) {
        count(`delivery ${destination} ${state.status}`);
        if (state.status === 'cancelled' && failures > 0) count(`delivery ${destination} retry`);
      }
      return counts;
    }
  });
}

function settlementOf(
  event: Parameters<typeof translated>[0],
  {
    end,
    drafts,
    ms,
  }: {
    end: 'translated' | 'unmatched' | 'failed' | 'delayed';
    drafts: readonly ReturnType<typeof aDraft>[];
    ms: number;
  },
): TranslationSettlement {
  const settledAt = at(ms + 500);
  switch (end) {
    case 'translated':
      return translated(event, drafts, settledAt);
    case 'unmatched':
      return { to: 'unmatched', event, settledAt, why: 'no mapping', runs: [] };
    case 'failed':
      return { to: 'failed', event, settledAt, reason: 'mapping_failed', message: 'm', drafts, runs: [], origins: [] };
    case 'delayed':
      return { to: 'delayed', event, settledAt, dueAt: at(day), waitsFor: 'lookup', runs: [] };
  }
}
