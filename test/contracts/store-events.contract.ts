/** Events on their way through a store: recorded, claimed, settled. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Store } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDelivery,
  claimOne,
  delayed,
  externalIds,
  leaseMs,
  noon,
  queue,
  record,
  translated,
} from './store-samples.ts';

export function describeEvents(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  describe('recording requests', () => {
    it('accepts a new event and counts it as a duplicate from then on', async () => {
      const request = aRequest({ events: [anEvent({ externalId: 'evt_1' })] });

      expect(await store.recordRequest(request)).toEqual({ accepted: 1, duplicates: 0 });
      expect(await store.recordRequest(request)).toEqual({ accepted: 0, duplicates: 1 });
      expect(externalIds(await store.claimEvents(aClaim()))).toEqual(['evt_1']);
    });

    it('counts a repetition inside one request', async () => {
      const events = [
        anEvent({ externalId: 'a', item: 0 }),
        anEvent({ externalId: 'a', item: 1 }),
        anEvent({ item: 2 }),
      ];

      expect(await store.recordRequest(aRequest({ events }))).toEqual({ accepted: 2, duplicates: 1 });
    });

    it('stores what is new in a request that also carries known events', async () => {
      await record(store, ['a']);
      const events = ['a', 'b', 'c'].map((externalId, item) => anEvent({ externalId, item }));

      expect(await store.recordRequest(aRequest({ events }))).toEqual({ accepted: 2, duplicates: 1 });
      expect(externalIds(await store.claimEvents(aClaim()))).toEqual(['a', 'b', 'c']);
    });

    it('stores one event of twenty identical requests that arrive at once', async () => {
      const request = aRequest();
      const receipts = await Promise.all(Array.from({ length: 20 }, () => store.recordRequest(request)));

      expect(receipts.map((receipt) => receipt.accepted).toSorted()).toEqual([...Array(19).fill(0), 1]);
      expect((await store.stats()).events.received).toBe(1);
    });

    it('takes the same external id from two sources for two events', async () => {
      const events = [anEvent({ externalId: '42' })];

      expect(await store.recordRequest(aRequest({ source: 'stripe', events }))).toMatchObject({ accepted: 1 });
      expect(await store.recordRequest(aRequest({ source: 'callrail', events }))).toMatchObject({ accepted: 1 });
    });

    it('hands each event to one claim, be it claimed as it is recorded or in line', async () => {
      const atOnce: ClaimedEvent[] = [];
      const claimed = (events: readonly ClaimedEvent[]) => void atOnce.push(...events);
      const ids = Array.from({ length: 20 }, (_, n) => `in_${n}`);
      const claim = { worker: 'wrk_one', leaseMs, isWanted: () => true, claimed } as const;
      const recorded = ids.map((externalId) =>
        store.recordRequest(aRequest({ events: [anEvent({ externalId })] }), claim),
      );
      await Promise.all(recorded);
      const inLine = await store.claimEvents(aClaim());

      const all = [...atOnce, ...inLine];
      expect(all.map(({ externalId }) => externalId)).toEqual(ids);
      expect(all.map(({ tries, claimedBy }) => ({ tries, claimedBy }))).toEqual(
        ids.map(() => ({ tries: 1, claimedBy: 'wrk_one' })),
      );
      expect(await store.settleTranslations(all.map((event) => translated(event, [])))).toEqual(ids.map(() => true));
      expect(await store.claimEvents(aClaim({ now: at(leaseMs * 2) }))).toEqual([]);
    });

    it('tells long external ids apart by their last character', async () => {
      const long = 'x'.repeat(5_000);
      await record(store, [`${long}1`]);

      expect(await store.recordRequest(aRequest({ events: [anEvent({ externalId: `${long}2` })] }))).toMatchObject({
        accepted: 1,
      });
    });

    it('keeps every byte of the body, and all that came with it', async () => {
      const body = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      const headers = { 'x-signature': 'v1=é"\\', 'content-type': 'application/json' };
      await store.recordRequest(
        aRequest({ body, headers, kind: 'post_call', url: 'https://x.example/in/callrail?a=%20' }),
      );

      const { id } = await claimOne(store);
      const event = await store.getEvent(id);

      expect([...(event?.request.body ?? [])]).toEqual([...body]);
      expect(event?.request).toMatchObject({
        headers,
        kind: 'post_call',
        method: 'POST',
        url: 'https://x.example/in/callrail?a=%20',
        item: null,
      });
    });

    it('keeps an event that can never be translated as failed, and hands it to nobody', async () => {
      const unusable = { reason: 'not_json', message: 'Unexpected end of JSON input' } as const;
      const receipt = await store.recordRequest(aRequest({ body: Buffer.from('{'), events: [anEvent({ unusable })] }));

      expect(receipt).toEqual({ accepted: 1, duplicates: 0 });
      expect(await store.claimEvents(aClaim())).toEqual([]);
      expect((await store.listEvents({ status: 'failed' }, { limit: 10 })).items).toMatchObject([unusable]);
    });
  });

  describe('claiming events', () => {
    it('hands out waiting events in order of arrival, with their request', async () => {
      await record(store, ['a', 'b', 'c'], { body: Buffer.from('{"name":"Zoë"}'), kind: 'k' });

      const claimed = await store.claimEvents(aClaim({ limit: 2 }));

      expect(externalIds(claimed)).toEqual(['a', 'b']);
      expect(claimed[0]).toEqual({
        id: claimed[0]?.id,
        claimedBy: 'wrk_one',
        tries: 1,
        source: 'stripe',
        type: 'invoice.paid',
        externalId: 'a',
        occurredAt: at(-5_000),
        receivedAt: noon,
        kind: 'k',
        item: null,
        url: 'https://hooks.example.com/in/stripe',
        headers: { 'content-type': 'application/json' },
        bodyText: '{"name":"Zoë"}',
        inLineSince: at(0),
      });
      expect(externalIds(await store.claimEvents(aClaim()))).toEqual(['c']);
    });

    it('gives every event of a request its item and the same body', async () => {
      const events = [0, 1, 2].map((item) => anEvent({ item }));
      await store.recordRequest(aRequest({ body: Buffer.from('[1,2,3]'), events }));

      const claimed = await store.claimEvents(aClaim());

      expect(claimed.map(({ item, bodyText }) => [item, bodyText])).toEqual([0, 1, 2].map((item) => [item, '[1,2,3]']));
    });

    it('hands each event to exactly one of many workers', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `evt_${index}`);
      await record(store, ids);

      const claims = Array.from({ length: 20 }, (_, n) => store.claimEvents(aClaim({ worker: `wrk_${n}`, limit: 7 })));
      const claimed = (await Promise.all(claims)).flat();

      expect(externalIds(claimed).toSorted()).toEqual(ids.toSorted());
    });

    it('hands an event out again when its lease has ended, and counts the try', async () => {
      await record(store, ['a']);
      const now = noon;

      expect(await claimOne(store, aClaim({ now }))).toMatchObject({ tries: 1 });
      expect(await store.claimEvents(aClaim({ now: at(leaseMs - 1) }))).toEqual([]);
      expect(await claimOne(store, aClaim({ now: at(leaseMs), worker: 'wrk_two' }))).toMatchObject({ tries: 2 });
    });

    it('puts an event whose lease has ended before later arrivals', async () => {
      await record(store, ['a', 'b']);
      await store.claimEvents(aClaim({ limit: 1, now: noon }));

      expect(externalIds(await store.claimEvents(aClaim({ now: at(leaseMs) })))).toEqual(['a', 'b']);
    });
  });

  describe('delaying events', () => {
    it('hands out a delayed event when it is due and not before, with no try spent', async () => {
      await record(store, ['a', 'b']);
      const event = await claimOne(store, aClaim({ limit: 1 }));

      expect(await store.settleTranslations([delayed(event, at(9_000))])).toEqual([true]);

      expect(externalIds(await store.claimEvents(aClaim({ now: at(8_999) })))).toEqual(['b']);
      expect(await store.claimEvents(aClaim({ now: at(9_000) }))).toMatchObject([{ externalId: 'a', tries: 1 }]);
    });

    it('hands out due ones in the order of arrival, whichever was due first', async () => {
      await record(store, ['a', 'b', 'c']);
      const [a, b] = await store.claimEvents(aClaim({ limit: 2 }));
      if (a === undefined || b === undefined) expect.fail('two events were recorded');
      await store.settleTranslations([delayed(a, at(8_000)), delayed(b, at(7_000))]);

      expect(externalIds(await store.claimEvents(aClaim({ now: at(8_000) })))).toEqual(['a', 'b', 'c']);
    });

    it('tells what a delayed event waits for, and no longer once it is claimed', async () => {
      await record(store, ['a']);
      const event = await claimOne(store);
      await store.settleTranslations([delayed(event, at(9_000))]);
      const wait = { waitsFor: 'lookup', dueAt: at(9_000) };

      expect(await store.getEvent(event.id)).toMatchObject({ status: 'received', message: null, wait, runs: [] });
      expect((await store.listEvents({}, { limit: 1 })).items).toMatchObject([{ wait }]);
      expect((await store.stats()).events).toMatchObject({ received: 1 });
      const again = await claimOne(store, aClaim({ now: at(9_000) }));
      expect(await store.getEvent(event.id)).toMatchObject({ wait: null });
      await store.settleTranslations([translated(again, [])]);
      expect(await store.getEvent(event.id)).toMatchObject({ status: 'translated', wait: null });
    });

    it('refuses to delay an event whose lease was lost', async () => {
      await record(store, ['a']);
      const lost = await claimOne(store, aClaim({ now: noon }));
      await claimOne(store, aClaim({ now: at(leaseMs), worker: 'wrk_two' }));

      expect(await store.settleTranslations([delayed(lost, at(leaseMs))])).toEqual([false]);
    });
  });

  describe('settling translations', () => {
    it('moves the event and queues its drafts, due at once', async () => {
      const drafts = [aDraft({ outgoingId: 'one' }), aDraft({ outgoingId: 'two', item: 1, payload: '{"n":"Zoë"}' })];
      const event = await queue(store, drafts);

      expect(await store.getEvent(event.id)).toMatchObject({
        status: 'translated',
        reason: null,
        message: null,
        tries: 1,
        runs: [{ mapping: 'stripe-payment.yaml', matched: true }],
        deliveries: drafts.map((draft) => ({
          ...draft,
          eventId: event.id,
          attempts: 0,
          failures: 0,
          failingSince: null,
          replayOf: null,
          createdAt: at(2_000),
          history: [],
          state: { status: 'pending', dueAt: at(2_000), isBehind: false },
        })),
      });
    });

    it('keeps why an event is unmatched', async () => {
      await record(store, ['a']);
      const event = await claimOne(store);
      await store.settleTranslations([{ to: 'unmatched', event, settledAt: noon, why: 'no mapping', runs: [] }]);

      expect(await store.getEvent(event.id)).toMatchObject({
        status: 'unmatched',
        reason: null,
        message: 'no mapping',
      });
    });

    it('keeps why an event failed, and still queues what other mappings made of it', async () => {
      await record(store, ['a']);
      const event = await claimOne(store);
      const failure = { reason: 'mapping_failed', message: 'line 3: not a number' } as const;
      await store.settleTranslations([
        { to: 'failed', event, settledAt: at(2_000), ...failure, drafts: [aDraft()], runs: { a: 1 }, origins: [] },
      ]);

      expect(await store.getEvent(event.id)).toMatchObject({ status: 'failed', ...failure, runs: { a: 1 } });
      expect(await claimDelivery(store)).toMatchObject({ eventId: event.id });
    });

    it('hands out alone what was under way too often when its worker ended', async () => {
      await record(store, ['a', 'b', 'c', 'd']);
      const later = (leases: number) => aClaim({ now: at(1_000 + leases * leaseMs) });
      for (const died of [0, 1, 2]) {
        expect(externalIds(await store.claimEvents({ ...later(died), limit: 2 }))).toEqual(['a', 'b']);
      }

      const wide = later(3);
      expect(externalIds(await store.claimEvents(wide))).toEqual(['a']);
      expect(externalIds(await store.claimEvents(wide))).toEqual(['b']);
      expect(externalIds(await store.claimEvents(wide))).toEqual(['c', 'd']);
    });

    it('puts a released event back in line with no try spent', async () => {
      await record(store, ['a', 'b']);
      const event = await claimOne(store, aClaim({ limit: 1 }));

      expect(await store.settleTranslations([{ to: 'released', event, settledAt: at(2_000) }])).toEqual([true]);
      expect(await store.claimEvents(aClaim())).toMatchObject([{ externalId: 'a', tries: 1 }, { externalId: 'b' }]);
    });

    it.each([
      ['another worker has it now', 'wrk_two'],
      ['the same worker has claimed it again', 'wrk_one'],
    ] as const)('refuses a settlement when %s, and queues nothing', async (_, worker) => {
      await record(store, ['a']);
      const lost = await claimOne(store, aClaim({ now: noon }));
      const held = await claimOne(store, aClaim({ now: at(leaseMs), worker }));

      expect(await store.settleTranslations([translated(lost, [aDraft()])])).toEqual([false]);
      expect((await store.stats()).deliveries.pending).toBe(0);
      expect(await store.settleTranslations([translated(held, [aDraft()])])).toEqual([true]);
    });

    it('refuses a settlement of an event that was given back', async () => {
      await record(store, ['a']);
      const event = await claimOne(store);
      await store.settleTranslations([{ to: 'released', event, settledAt: at(2_000) }]);

      expect(await store.settleTranslations([translated(event, [aDraft()])])).toEqual([false]);
    });

    it('settles an event once', async () => {
      await record(store, ['a']);
      const event = await claimOne(store);
      const settlement = translated(event, [aDraft()]);

      expect(await store.settleTranslations([settlement, settlement])).toEqual([true, false]);
      expect((await store.stats()).deliveries.pending).toBe(1);
    });

    it('writes nothing of a settlement that fails halfway, and all of the others', async () => {
      await record(store, ['a', 'b']);
      const [first, second] = await store.claimEvents(aClaim());
      if (first === undefined || second === undefined) expect.fail('two events were recorded');
      const impossible = aDraft({ payload: null as unknown as string });

      await expect(
        store.settleTranslations([translated(first, [aDraft(), impossible]), translated(second, [aDraft()])]),
      ).rejects.toMatchObject({ code: 'INTERNAL' });

      expect(await store.getEvent(first.id)).toMatchObject({ status: 'received', deliveries: [] });
      expect(await store.getEvent(second.id)).toMatchObject({ status: 'translated' });
      expect(await store.stats()).toMatchObject({ events: { received: 1, translated: 1 }, deliveries: { pending: 1 } });
      expect(await store.settleTranslations([translated(first, [aDraft()])])).toEqual([true]);
    });
  });
}
