/** Who is behind an identifier in a store, and how a person is forgotten. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Store } from '../../src/store/store.ts';
import { identifierFrom } from '../identity/links.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDelivery,
  claimOne,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  translated,
} from './store-samples.ts';

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

  describe('forgetting a person', () => {
    const ada = ['email:ada@example.com', 'user_id:usr_1', 'phone:+12025550143'] as const;
    const forget = (identifier: string) => store.forget(identifierFrom(identifier));

    /** One request with an event for each body, of which each claims and stitches what it is given. */
    async function sent(body: unknown, events: readonly string[] = ['one']): Promise<readonly ClaimedEvent[]> {
      const isList = Array.isArray(body);
      await store.recordRequest(
        aRequest({
          body: Buffer.from(JSON.stringify(body)),
          events: events.map((externalId, index) => anEvent({ externalId, item: isList ? index : null })),
        }),
      );
      return store.claimEvents(aClaim());
    }

    it('erases their events, deliveries, attempts and links, and counts right afterwards', async () => {
      const [event] = await sent({ email: 'ada@example.com' });
      if (event === undefined) expect.unreachable();
      await store.stitch([{ event, identifiers: ada.map(identifierFrom) }]);
      await store.settleTranslations([translated(event, [aDraft(), aDraft({ destination: 'umami' })])]);
      await settleDeliveries(store, [settledAs(await claimDelivery(store), refused)]);

      const forgotten = await forget('phone:+12025550143');

      expect(forgotten).toEqual({
        ...{ identifiers: 3, events: 1, requests: 1, deliveries: 2, attempts: 1, emptied: 0 },
        ...{ isVerified: true, remaining: [], tooShort: [] },
      });
      expect(await store.getEvent(event.id)).toBeUndefined();
      for (const identifier of ada) expect(await person(identifier)).toBeUndefined();
      const { events, deliveries } = await store.stats();
      expect(Object.values(events).concat(Object.values(deliveries))).toEqual(Array(9).fill(0));
    });

    it('finds events that were never understood by what is in them', async () => {
      await carried(0, ...ada);
      await sent({ note: 'call \u002b1 (202) 555-0143' }, ['by phone']);
      await sent('not-an-object usr_1', ['by id']);
      await store.recordRequest(aRequest({ url: 'https://h.example/in?e=ADA%40example.com' }));
      await sent({ note: 'usr_12, nada@example.com, +1 202 555 01439' }, ['somebody else']);

      expect(await forget('email:ada@example.com')).toMatchObject({ events: 4, isVerified: true });
      const { items } = await store.listEvents({}, { limit: 10 });
      expect(items.map(({ externalId }) => externalId)).toEqual(['somebody else']);
    });

    it('leaves of a batch what is of others, byte for byte and in its place', async () => {
      const others = '{"id":12345678901234567890,"t":"],\\"["}';
      const body = `[${others} , {"email":"ada@example.com"},[1, 2]]`;
      await store.recordRequest(
        aRequest({
          body: Buffer.from(body),
          events: ['a', 'b', 'c'].map((externalId, item) => anEvent({ externalId, item })),
        }),
      );

      expect(await forget('email:ada@example.com')).toMatchObject({ events: 1, requests: 0, emptied: 1 });

      const events = await store.claimEvents(aClaim());
      expect(events.map(({ externalId, item }) => [externalId, item])).toEqual([
        ['a', 0],
        ['c', 2],
      ]);
      expect(events[0]?.bodyText).toBe(`[${others} ,null,[1, 2]]`);
    });

    it('erases a body that breaks off, and keeps one with too many for what others have in it', async () => {
      const bodies = ['[{"a":1},{"email":"ada@example.com"', '[{"a":1},{"email":"ada@example.com"}]'];
      const unusable = { reason: 'too_many_events', message: 'too many' } as const;
      for (const body of bodies)
        await store.recordRequest(aRequest({ body: Buffer.from(body), events: [anEvent({ unusable })] }));

      expect(await forget('email:ada@example.com')).toMatchObject({ events: 1, emptied: 1, isVerified: true });

      const [kept] = (await store.listEvents({}, { limit: 10 })).items;
      const event = kept === undefined ? undefined : await store.getEvent(kept.id);
      expect(Buffer.from(event?.request.body ?? []).toString()).toBe('[{"a":1},null]');
    });

    it('empties answers to others that tell of them', async () => {
      const event = await queue(store, [aDraft()]);
      const answer = { ...refused, response: { status: 400, body: '[{"email":"ada@example.com"}]' } };
      await settleDeliveries(store, [settledAs(await claimDelivery(store), answer)]);

      expect(await forget('email:ada@example.com')).toMatchObject({ events: 0, emptied: 1, isVerified: true });

      const kept = await store.getEvent(event.id);
      expect(kept?.deliveries[0]?.history[0]?.outcome).toMatchObject({
        reason: 'rejected',
        message: 'erased',
        response: { status: 400, body: '' },
      });
    });

    it('empties such an answer also when it comes afterwards', async () => {
      const event = await queue(store, [aDraft()]);
      const delivery = await claimDelivery(store);
      await forget('email:ada@example.com');
      const answer = { ...refused, response: { status: 400, body: '[{"email":"ada@example.com"}]' } };

      expect(await settleDeliveries(store, [settledAs(delivery, answer)])).toEqual([true]);

      expect(JSON.stringify(await store.getEvent(event.id))).not.toContain('ada@example.com');
    });

    /** Settled, and its lane opened by what the answer said. */
    const opens = (delivery: ClaimedDelivery, message: string) =>
      store.settleDeliveries({
        destination: 'segment',
        settlements: [settledAs(delivery, { kind: 'fail', reason: 'rejected', message })],
        observe: (lane) => ({
          ...lane,
          circuit: { state: 'open', trouble: 'credentials', message, since: at(4_000), probeAt: at(9_000) },
        }),
      });
    const told = 'answered 401: {"user":"ada@example.com"}';

    it('empties what a lane says of them', async () => {
      await queue(store, [aDraft()]);
      await opens(await claimDelivery(store), told);

      expect(await forget('email:ada@example.com')).toMatchObject({ isVerified: true, remaining: [] });

      expect((await store.lanes())[0]?.circuit).toMatchObject({ state: 'open', message: 'erased', probeAt: at(9_000) });
    });

    it('leaves what a lane says of others', async () => {
      await queue(store, [aDraft()]);
      await opens(await claimDelivery(store), 'answered 401: {"user":"bob@example.com"}');
      const before = await store.lanes();

      await forget('email:ada@example.com');

      expect(await store.lanes()).toEqual(before);
    });

    it.each([
      ['others', {}, true],
      ['them', { body: Buffer.from('{"email":"ada@example.com"}') }, false],
    ])('lets no answer to a delivery of %s that comes afterwards say it in the lane', async (_, request, isKept) => {
      await store.recordRequest(aRequest(request));
      await store.settleTranslations([translated(await claimOne(store), [aDraft()])]);
      const delivery = await claimDelivery(store);
      await forget('email:ada@example.com');

      const { kept, lane } = await opens(delivery, told);

      expect(kept).toEqual([isKept]);
      expect(lane.circuit).toMatchObject({ state: 'open', message: 'erased' });
      expect(await store.lanes()).toEqual([lane]);
    });

    it('takes the lease from whoever works on it: nothing is written after', async () => {
      const [event] = await sent({ email: 'ada@example.com' }, ['translating']);
      if (event === undefined) expect.unreachable();
      const queued = await queue(store, [aDraft({ payload: '{"email":"ada@example.com"}' })]);
      const delivery = await claimDelivery(store);
      await forget('email:ada@example.com');

      await store.stitch([{ event, identifiers: ada.map(identifierFrom) }]);
      expect(await store.settleTranslations([translated(event, [aDraft()])])).toEqual([false]);
      expect(await settleDeliveries(store, [settledAs(delivery)])).toEqual([false]);

      expect(await store.getEvent(queued.id)).toBeUndefined();
      expect(await person('email:ada@example.com')).toBeUndefined();
    });

    it('lets go what stood behind it', async () => {
      const body = Buffer.from('{"email":"ada@example.com"}');
      for (const [externalId, of] of [
        ['ada', { body }],
        ['others', {}],
      ] as const) {
        await store.recordRequest(aRequest({ ...of, events: [anEvent({ externalId })] }));
        const draft = aDraft({ outgoingId: externalId, person: 'a family' });
        await store.settleTranslations([translated(await claimOne(store), [draft])]);
      }
      await forget('email:ada@example.com');

      expect(await claimDelivery(store)).toMatchObject({ outgoingId: 'others' });
    });

    it('does not take the same event again, and of a repeated batch only what is new', async () => {
      const one = anEvent({ externalId: 'one', item: 0 });
      const two = anEvent({ externalId: 'two', item: 1 });
      const body = Buffer.from('[{"email":"ada@example.com"},{"email":"bob@example.com"}]');
      await store.recordRequest(aRequest({ body, events: [one] }));
      await forget('email:ada@example.com');

      expect(await store.recordRequest(aRequest({ body, events: [one] }))).toEqual({ accepted: 0, duplicates: 1 });
      expect(await store.recordRequest(aRequest({ body, events: [one, two] }))).toEqual({ accepted: 1, duplicates: 1 });
      expect((await claimOne(store)).bodyText).toBe('[null,{"email":"bob@example.com"}]');
    });

    it('takes an id that is short only where a link or a key says that it is one', async () => {
      await carried(0, 'hubspot_contact:151', 'email:ada@example.com');
      await sent({ objectId: 151 }, ['by key']);
      await sent({ amount: 151 }, ['an amount']);

      expect(await forget('email:ada@example.com')).toMatchObject({ events: 2, tooShort: ['hubspot_contact'] });
    });

    it('finds all of a user with more visitors than one would follow', async () => {
      for (let ms = 0; ms < 100; ms += 1) await carried(ms, 'user_id:usr_1', `anonymous_id:visitor-${ms}`);

      expect(await forget('user_id:usr_1')).toMatchObject({ identifiers: 101, events: 100, isVerified: true });
    });

    it('leaves everybody else as they are', async () => {
      await carried(0, ...ada);
      const bob = await carried(1, 'email:bob@example.com', 'user_id:usr_12', 'email:info@example.com');
      await carried(2, 'user_id:usr_1', 'email:info@example.com');
      const before = await person('user_id:usr_12');

      await forget('user_id:usr_1');

      expect(await person('user_id:usr_12')).toEqual(before);
      expect(await store.getEvent(bob.id)).toBeDefined();
    });

    it('changes nothing when it is done again', async () => {
      await carried(0, ...ada);
      await forget('user_id:usr_1');

      expect(await forget('user_id:usr_1')).toMatchObject({ identifiers: 0, events: 0, isVerified: true });
    });
  });
}
