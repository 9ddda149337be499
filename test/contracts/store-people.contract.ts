/** Who is behind an identifier in a store, and how a person is forgotten. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Store } from '../../src/store/store.ts';
import { identifierFrom } from '../identity/links.ts';
import { anEvent, aRequest, at, claimOne } from './store-samples.ts';

export function describePeople(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  /** An event that occurred then and carried all of these. */
  async function carried(ms: number, ...identifiers: readonly string[]): Promise<ClaimedEvent> {
    await store.recordRequest(aRequest({ receivedAt: at(ms), events: [anEvent({ occurredAt: at(ms) })] }));
    const event = await claimOne(store);
    await store.stitch([{ event, identifiers: identifiers.map(identifierFrom) }]);
    return event;
  }

  const person = (identifier: string) => store.findPerson(identifierFrom(identifier));

  describe('finding a person', () => {
    it('tells the user, every identifier with the link that led there, and the events, newest first', async () => {
      const call = await carried(0, 'phone:+12025550143', 'anonymous_id:a1');
      const form = await carried(1_000, 'phone:+12025550143', 'email:ada@example.com');
      const payment = await carried(2_000, 'email:ada@example.com', 'user_id:usr_1');
      await carried(3_000, 'email:bob@example.com', 'user_id:usr_2');

      const found = await person('anonymous_id:a1');

      expect(found).toMatchObject({ userId: 'usr_1', conflict: null });
      expect(found?.identifiers.map(({ kind, hops, isShared }) => [kind, hops, isShared])).toEqual([
        ['anonymous_id', 0, false],
        ['phone', 1, false],
        ['email', 2, false],
        ['user_id', 3, false],
      ]);
      expect(found?.identifiers[0]?.link).toBeNull();
      expect(found?.identifiers[2]?.link).toEqual({
        from: { kind: 'phone', value: '+12025550143' },
        to: { kind: 'email', value: 'ada@example.com' },
        source: 'stripe',
        eventId: form.id,
        seenAt: at(1_000),
      });
      expect(found?.events.map(({ id }) => id)).toEqual([payment.id, form.id, call.id]);
      expect(found?.events[0]).toMatchObject({ source: 'stripe', type: 'invoice.paid', status: 'received' });
    });

    it('finds nobody by what no event carried', async () => {
      expect(await person('email:nobody@example.com')).toBeUndefined();
      expect(await store.findIdentifiers('nobody@example.com')).toEqual([]);
    });

    it('tells of a conflict instead of choosing a user', async () => {
      await carried(0, 'phone:+12025550143', 'anonymous_id:a1', 'anonymous_id:a2');
      await carried(1, 'anonymous_id:a1', 'user_id:usr_1');
      await carried(2, 'anonymous_id:a2', 'user_id:usr_2');

      expect(await person('phone:+12025550143')).toMatchObject({
        userId: null,
        conflict: 2,
        identifiers: [{ kind: 'phone', value: '+12025550143', hops: 0 }],
      });
    });

    it('shows what many people share and does not look behind it', async () => {
      await carried(0, 'user_id:usr_1', 'email:info@example.com');
      await carried(1, 'email:info@example.com', 'anonymous_id:somebody');

      const found = await person('user_id:usr_1');

      expect(found?.identifiers.map(({ value, isShared }) => [value, isShared])).toEqual([
        ['usr_1', false],
        ['info@example.com', true],
      ]);
      expect(found?.events).toHaveLength(1);
    });

    it('keeps to the newest hundred events', async () => {
      let last: ClaimedEvent | undefined;
      for (let ms = 0; ms < 103; ms += 1) last = await carried(ms, 'user_id:usr_1');

      const events = (await person('user_id:usr_1'))?.events ?? [];

      expect(events).toHaveLength(100);
      expect(events[0]?.id).toBe(last?.id);
    });
  });

  describe('what a person writes', () => {
    it.each([
      ['ADA@Example.com', 'email:ada@example.com'],
      ['+1 (202) 555-0143', 'phone:+12025550143'],
      ['(202) 555-0143', 'phone:+12025550143'],
      ['1 202 555 0143', 'phone:+12025550143'],
      ['usr_1', 'user_id:usr_1'],
      ['cus_1', 'stripe_customer:cus_1'],
      ['a-visitor', 'anonymous_id:a-visitor'],
      ['7', 'loyalty_card:7'],
      ['loyalty_card:7', 'loyalty_card:7'],
    ])('%s means %s', async (text, identifier) => {
      const all = ['email:ada@example.com', 'phone:+12025550143', 'user_id:usr_1', 'stripe_customer:cus_1'];
      await carried(0, ...all, 'anonymous_id:a-visitor', 'loyalty_card:7');

      expect(await store.findIdentifiers(text)).toEqual([identifierFrom(identifier)]);
    });

    it('may mean identifiers of several kinds, until it names one', async () => {
      await carried(0, 'user_id:42', 'hubspot_contact:42');

      expect(await store.findIdentifiers('42')).toHaveLength(2);
      expect(await store.findIdentifiers('hubspot_contact:42')).toEqual([identifierFrom('hubspot_contact:42')]);
    });
  });
}
