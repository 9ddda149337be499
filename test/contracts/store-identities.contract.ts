/** Who is who in a store: links learnt and followed, joins told once, what the statistics say. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { JoinDraft } from '../../src/model/delivery.ts';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Stitching, Store } from '../../src/store/store.ts';
import { identifierFrom } from '../identity/links.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimOne,
  only,
  outgoingIds,
  translated,
} from './store-samples.ts';

export function describeIdentities(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  /** A claimed event that occurred then. */
  async function event(occurredAt = at(0)): Promise<ClaimedEvent> {
    await store.recordRequest(aRequest({ events: [anEvent({ occurredAt })] }));
    return claimOne(store);
  }

  const stitching = (of: ClaimedEvent, ...identifiers: readonly string[]): Stitching => ({
    event: of,
    identifiers: identifiers.map(identifierFrom),
  });

  const whose = async (...identifiers: readonly string[]) =>
    only(await store.resolve([identifiers.map(identifierFrom)]));

  describe('stitching', () => {
    it('says whose an event is by what came before it, also in the same batch', async () => {
      const [call, payment] = [await event(at(0)), await event(at(1_000))];

      const [first, second] = await store.stitch([
        stitching(call, 'phone:+12025550143', 'anonymous_id:a1'),
        stitching(payment, 'phone:+12025550143', 'user_id:u1'),
      ]);

      expect(first).toMatchObject({ anonymousId: 'a1', joins: [] });
      expect(second).toMatchObject({ userId: 'u1', anonymousId: 'a1', joins: ['a1'] });
      expect(second?.stitch.anonymous_id).toEqual({
        from: 'link',
        via: 'phone',
        source: 'stripe',
        event_id: call.id,
        seen_at: at(0).toISOString(),
        hops: 1,
      });
    });

    it('keeps of each link the event that occurred last, whatever arrived last', async () => {
      const [late, early] = [await event(at(9_000)), await event(at(1_000))];
      await store.stitch([stitching(late, 'email:ada@example.com', 'anonymous_id:late')]);
      await store.stitch([
        stitching(early, 'email:ada@example.com', 'anonymous_id:early'),
        stitching(early, 'email:ada@example.com', 'anonymous_id:late'),
      ]);

      const { anonymousId, stitch } = await whose('email:ada@example.com');

      expect(anonymousId).toBe('late');
      expect(stitch.anonymous_id).toMatchObject({ event_id: late.id, seen_at: at(9_000).toISOString() });
    });

    it('changes nothing when it is done again', async () => {
      const one = stitching(await event(), 'email:ada@example.com', 'anonymous_id:a1', 'user_id:u1');

      const [first] = await store.stitch([one]);
      const [again] = await store.stitch([one]);

      expect(again).toEqual(first);
      expect(await whose('email:ada@example.com')).toMatchObject({ userId: 'u1', anonymousId: 'a1' });
    });

    it('remembers nothing of what is only asked', async () => {
      await whose('email:ada@example.com', 'anonymous_id:a1');
      expect(await whose('email:ada@example.com')).not.toHaveProperty('anonymousId');
    });

    it('does not use what more people share than it reads links of', async () => {
      const one = await event();
      const callers = Array.from({ length: 300 }, (_, index) =>
        stitching(one, 'phone:+12025550100', `loyalty_card:${index}`),
      );
      await store.stitch(callers);

      expect(await whose('phone:+12025550100')).toMatchObject({ stitch: { shared: ['phone'] } });
    });
  });

  describe('telling a destination who a visitor is', () => {
    const join = (changes: Partial<JoinDraft['join']> = {}, destination = 'segment'): JoinDraft => ({
      ...aDraft({ destination, outgoingId: 'join' }),
      join: { userId: 'u1', anonymousId: 'a1', isAll: true, ...changes },
    });

    const queued = async (destination = 'segment') =>
      outgoingIds(await claimDeliveries(store, destination, aClaim({ now: at(2_000) })));

    it('happens once, before the event that showed it', async () => {
      await store.settleTranslations([translated(await event(), [join(), aDraft({ outgoingId: 'one' })])]);
      await store.settleTranslations([translated(await event(), [join(), aDraft({ outgoingId: 'two' })])]);

      expect(await queued()).toEqual(['join', 'one', 'two']);
    });

    it('happens for each pair and each destination', async () => {
      const drafts = [join(), join({ anonymousId: 'a2' }), join({ userId: 'u2' }), join({}, 'usermaven')];
      await store.settleTranslations([translated(await event(), drafts)]);

      expect(await queued()).toEqual(['join', 'join', 'join']);
      expect(await queued('usermaven')).toEqual(['join']);
    });

    it('is not done again after a mapping has said it itself, which always goes out', async () => {
      const own = { ...join({ isAll: false }), outgoingId: 'own' };
      await store.settleTranslations([translated(await event(), [own])]);
      await store.settleTranslations([translated(await event(), [join(), own])]);

      expect(await queued()).toEqual(['own', 'own']);
    });

    it('is not done with by an event that was not settled', async () => {
      const lost = await event();
      const again = await claimOne(store, aClaim({ now: at(999_000), worker: 'wrk_two' }));

      expect(await store.settleTranslations([translated(lost, [join()]), translated(again, [join()])])).toEqual([
        false,
        true,
      ]);
      expect(await queued()).toEqual(['join']);
    });
  });

  describe('the statistics of stitching', () => {
    it('count canonical events by source and by where their ids came from', async () => {
      await store.settleTranslations([{ ...translated(await event(), []), origins: ['link', 'event'] }]);
      await store.settleTranslations([{ ...translated(await event(), []), origins: ['link'] }]);

      expect((await store.stats()).stitching).toEqual([
        { source: 'stripe', from: 'event', count: 1 },
        { source: 'stripe', from: 'link', count: 2 },
      ]);
    });

    it('keep with each delivery where its ids came from', async () => {
      const stitch = { user_id: { from: 'event' }, anonymous_id: { from: 'nowhere' } } as const;
      await store.settleTranslations([translated(await event(), [aDraft({ stitch })])]);

      const [delivery] = await claimDeliveries(store, 'segment', aClaim({ now: at(2_000) }));
      expect(delivery?.stitch).toEqual(stitch);
    });
  });
}
