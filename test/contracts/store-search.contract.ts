/** How events are found: by filters of every kind, by identifiers and by text, page by page in both directions. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { SourceEvent } from '../../src/model/event.ts';
import type { EventFilter, ListedEvent, Store } from '../../src/store/store.ts';
import { identifierFrom } from '../identity/links.ts';
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
  externalIds,
  queue,
  refused,
  settleDeliveries,
  settledAs,
  throttled,
  type translated,
} from './store-samples.ts';

export function describeSearch(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  interface Kept {
    readonly name: string;
    readonly ms?: number;
    readonly source?: string;
    readonly type?: string;
    readonly body?: string;
    /** By destination, what became of its delivery. */
    readonly deliveries?: Readonly<Record<string, typeof delivered | typeof refused | typeof throttled>>;
    readonly end?: 'failed' | 'unmatched';
    readonly runs?: readonly string[];
    readonly marks?: readonly string[];
  }

  const endOf = ({ end, runs = [], deliveries = {} }: Kept, event: Parameters<typeof translated>[0], ms: number) => {
    const about = { event, settledAt: at(ms + 10), runs: runs.map((mapping) => ({ mapping, outcome: 'skipped' })) };
    if (end === 'unmatched') return { ...about, to: 'unmatched', why: 'no mapping' } as const;
    const drafts = Object.keys(deliveries).map((destination) => aDraft({ destination }));
    if (end === 'failed')
      return { ...about, to: 'failed', reason: 'mapping_failed', message: 'no id', drafts, origins: [] } as const;
    return { ...about, to: 'translated', drafts, origins: [] } as const;
  };

  const keep = async (kept: Kept): Promise<void> => {
    const { name, ms = 0, source = 'stripe', type = 'paid', body = '{}', deliveries = {}, marks = [] } = kept;
    const event: SourceEvent = anEvent({ externalId: name, type });
    await store.recordRequest(aRequest({ source, receivedAt: at(ms), body: Buffer.from(body), events: [event] }));
    const claimed = await claimOne(store, aClaim({ now: at(ms + 5) }));
    await store.stitch([{ event: claimed, identifiers: marks.map(identifierFrom) }]);
    await store.settleTranslations([endOf(kept, claimed, ms)]);
    for (const [destination, outcome] of Object.entries(deliveries)) {
      const [delivery] = await claimDeliveries(store, destination, { now: at(ms + 20), limit: 1 });
      if (delivery === undefined) expect.fail('nothing is due');
      const settlement = settledAs(delivery, outcome, at(ms + 30));
      await settleDeliveries(store, [
        settlement.to === 'pending' ? { ...settlement, dueAt: at(10_000_000) } : settlement,
      ]);
    }
  };

  const found = async (filter: EventFilter, limit = 50): Promise<readonly string[]> =>
    externalIds((await allPages((cursor) => store.listEvents(filter, { limit, cursor }))).flat());

  describe('finding events', () => {
    describe('by what became of them', () => {
      const umami = { umami: delivered };

      beforeEach(async () => {
        await keep({ name: 'a', ms: 1_000, deliveries: { segment: delivered, ...umami } });
        await keep({ name: 'b', ms: 2_000, deliveries: { segment: refused, ...umami }, source: 'hubspot' });
        await keep({ name: 'c', ms: 3_000, deliveries: { segment: throttled }, type: 'refunded' });
        await keep({ name: 'd', ms: 4_000, end: 'failed', deliveries: { segment: refused } });
        await keep({ name: 'e', ms: 5_000, end: 'unmatched', runs: ['a.yaml', 'b.yaml'] });
        await keep({ name: 'f', ms: 6_000, end: 'failed', source: 'hubspot', runs: ['b.yaml'] });
        await keep({ name: 'g', ms: 7_000, deliveries: { segment: refused }, type: 'paid.late', runs: ['b.yaml'] });
      });

      it.each<[EventFilter, string]>([
        [{ destination: 'umami' }, 'ba'],
        [{ destination: 'segment', delivery: 'dead' }, 'gdb'],
        [{ delivery: 'dead' }, 'gdb'],
        [{ delivery: 'pending' }, 'c'],
        [{ delivery: 'delivered' }, 'ba'],
        [{ delivery: 'cancelled' }, ''],
        [{ destination: 'umami', delivery: 'dead' }, ''],
        [{ destination: 'nowhere' }, ''],
        [{ reason: 'rejected' }, 'gdb'],
        [{ reason: 'rejected', cause: 'no such field' }, 'gdb'],
        [{ reason: 'rejected', cause: 'no such thing' }, ''],
        [{ reason: 'timeout' }, ''],
        [{ reason: 'rejected', destination: 'segment', source: 'hubspot' }, 'b'],
        [{ delivery: 'dead', status: 'failed' }, 'd'],
        [{ delivery: 'dead', type: 'paid.late' }, 'g'],
        [{ delivery: 'dead', until: at(7_000) }, 'db'],
        [{ delivery: 'dead', since: at(4_000) }, 'gd'],
        [{ reason: 'mapping_failed' }, 'fd'],
        [{ reason: 'mapping_failed', cause: 'no id' }, 'fd'],
        [{ reason: 'mapping_failed', cause: 'no name' }, ''],
        [{ reason: 'mapping_failed', source: 'hubspot' }, 'f'],
        [{ reason: 'mapping_failed', destination: 'segment' }, 'd'],
        [{ reason: 'mapping_failed', type: 'refunded' }, ''],
        [{ mapping: 'b.yaml' }, 'gfe'],
        [{ mapping: 'b.yaml', status: 'failed' }, 'f'],
        [{ mapping: 'b' }, ''],
        [{ mapping: 'b.yaml', delivery: 'dead' }, 'g'],
        [{ typePrefix: 'paid' }, 'gfedba'],
        [{ typePrefix: 'paid.' }, 'g'],
        [{ typePrefix: 'p%' }, ''],
        [{ typePrefix: 're', source: 'stripe', status: 'translated' }, 'c'],
        [{ typePrefix: 'paid', status: 'failed' }, 'fd'],
        [{ typePrefix: 'paid', mapping: 'b.yaml' }, 'gfe'],
        [{ typePrefix: 'paid', delivery: 'dead' }, 'gdb'],
      ])('finds of %j what there is, newest first', async (filter, names) => {
        expect((await found(filter)).join('')).toBe(names);
        expect((await found(filter, 1)).join('')).toBe(names);
      });

      it('shows what became of each, the first delivery first', async () => {
        const { items } = await store.listEvents({ source: 'hubspot', status: 'translated' }, { limit: 5 });

        expect(items.map(({ deliveries }) => deliveries)).toMatchObject([
          [
            { destination: 'segment', state: { status: 'dead', reason: 'rejected' }, lastMessage: 'no such field' },
            { destination: 'umami', state: { status: 'delivered' }, lastMessage: null },
          ],
        ]);
        expect(items[0]?.deliveries[0]).not.toHaveProperty('payload');
      });

      it('lists dead deliveries by their cause', async () => {
        const dead = async (cause: string) =>
          (
            await allPages((cursor) => store.listDeliveries({ reason: 'rejected', cause }, { limit: 1, cursor }))
          ).flat();

        expect((await dead('no such field')).map(({ state }) => state.status)).toEqual(['dead', 'dead', 'dead']);
        expect(await dead('no such thing')).toEqual([]);
      });
    });

    it('lists an event once, however many of its deliveries fit', async () => {
      await queue(
        store,
        Array.from({ length: 5 }, (_, item) => aDraft({ item, destination: item < 3 ? 'segment' : 'umami' })),
      );
      await store.recordRequest(aRequest({ receivedAt: at(5_000) }));

      expect(await found({ delivery: 'pending' }, 1)).toHaveLength(1);
      expect(await found({ destination: 'umami' }, 1)).toHaveLength(1);
    });

    it('shows twenty deliveries of an event', async () => {
      await queue(
        store,
        Array.from({ length: 25 }, (_, item) => aDraft({ item })),
      );

      const [event] = (await store.listEvents({}, { limit: 1 })).items;

      expect(event?.deliveries.map(({ item }) => item)).toEqual(Array.from({ length: 20 }, (_, item) => item));
    });

    it('finds events by their ids, and those that fit of them', async () => {
      await keep({ name: 'a', ms: 1_000 });
      await keep({ name: 'b', ms: 2_000, source: 'hubspot' });
      await keep({ name: 'c', ms: 3_000 });
      const ids = (await store.listEvents({}, { limit: 5 })).items.slice(1).map(({ id }) => id);

      expect(await found({ ids }, 1)).toEqual(['b', 'a']);
      expect(await found({ ids, source: 'stripe' })).toEqual(['a']);
      expect(await found({ ids: ['evt_none'] })).toEqual([]);
      expect(await found({ ids: [] })).toEqual([]);
    });

    it('finds events by what they are called', async () => {
      await keep({ name: 'a', ms: 1_000, deliveries: { segment: delivered } });
      await keep({ name: 'a', ms: 2_000, source: 'hubspot' });
      await keep({ name: 'b', ms: 3_000 });
      const [b, second, first] = (await store.listEvents({}, { limit: 5 })).items;
      if (!b || !first || !second) expect.fail('there are not three');

      expect(await store.findEvents(b.id)).toEqual({ by: 'event_id', ids: [b.id] });
      expect(await store.findEvents(first.deliveries[0]?.id ?? '')).toEqual({ by: 'delivery_id', ids: [first.id] });
      expect(await store.findEvents('b')).toEqual({ by: 'external_id', ids: [b.id] });
      const called = await store.findEvents('a');
      expect(called?.by).toBe('external_id');
      expect(new Set(called?.ids)).toEqual(new Set([first.id, second.id]));
      expect(await store.findEvents('c')).toBeUndefined();
    });

    it('counts them by where they are now, up to a thousand of each source and destination', async () => {
      await keep({ name: 'a', ms: 1_000, deliveries: { segment: delivered, umami: refused } });
      await keep({ name: 'b', ms: 2_000, end: 'failed', source: 'hubspot', type: 'other' });
      await store.recordRequest(
        aRequest({ receivedAt: at(3_000), events: Array.from({ length: 1_001 }, () => anEvent({ type: 'bulk' })) }),
      );
      const counted = async (within: Parameters<Store['countWithin']>[0]) => {
        const { events, deliveries } = await store.countWithin(within);
        return Object.entries({ ...events, ...deliveries }).flatMap(([status, { count, isMore }]) =>
          count === 0 ? [] : [`${status} ${count}${isMore ? '+' : ''}`],
        );
      };
      const all = { since: at(0), until: at(10_000) };

      expect(await counted(all)).toEqual(['received 1000+', 'translated 1', 'failed 1', 'delivered 1', 'dead 1']);
      expect(await counted({ ...all, until: at(3_000), source: 'stripe' })).toEqual([
        'translated 1',
        'delivered 1',
        'dead 1',
      ]);
      expect(await counted({ ...all, type: 'other' })).toEqual(['failed 1', 'delivered 1', 'dead 1']);
      expect(await counted({ since: at(2_000), until: at(3_000) })).toEqual(['failed 1']);
      expect(await counted({ since: at(4_000), until: at(5_000) })).toEqual([]);
    });

    describe('by identifiers', () => {
      beforeEach(async () => {
        await keep({ name: 'a', ms: 1_000, marks: ['email:ada@example.com', 'user_id:1'] });
        await keep({ name: 'b', ms: 2_000, marks: ['email:bob@example.com'] });
        await keep({ name: 'c', ms: 3_000, marks: ['email:ada@example.com'], source: 'hubspot' });
        await keep({ name: 'd', ms: 3_000, marks: ['email:ada@example.com', 'user_id:1'] });
        await keep({ name: 'e', ms: 4_000, marks: ['user_id:1'] });
      });

      it.each<[EventFilter, readonly string[]]>([
        [{ identifiers: [identifierFrom('email:ada@example.com')] }, ['d', 'c', 'a']],
        [{ identifiers: [identifierFrom('user_id:1'), identifierFrom('email:ada@example.com')] }, ['e', 'd', 'c', 'a']],
        [{ identifiers: [identifierFrom('email:ada@example.com')], source: 'hubspot' }, ['c']],
        [{ identifiers: [identifierFrom('user_id:1')], since: at(3_000), until: at(4_000) }, ['d']],
        [{ identifiers: [identifierFrom('user_id:2')] }, []],
      ])('finds of %j what carried them, newest first', async (filter, names) => {
        expect(await found(filter)).toEqual(names);
        expect(await found(filter, 1)).toEqual(names);
      });

      it('finds all of a request with many events of one person', async () => {
        const names = Array.from({ length: 30 }, (_, n) => `many ${n}`);
        const events = names.map((externalId, item) => anEvent({ externalId, item }));
        const body = Buffer.from(JSON.stringify(names));
        await store.recordRequest(aRequest({ receivedAt: at(5_000), body, events }));
        const claimed = await store.claimEvents(aClaim({ now: at(5_005), limit: 50 }));
        const identifiers = [identifierFrom('user_id:many')];
        await store.stitch(claimed.map((event) => ({ event, identifiers })));
        expect((await found({ identifiers }, 1)).toSorted()).toEqual(names.toSorted());
      });
    });

    describe('by text', () => {
      it.each([
        ['{"name":"Ada Lovelace"}', 'lovelace'],
        ['{"name":"ADA"}', 'ada'],
        ['{"name":"Zo\\u00eb"}', 'Zoë'],
        ['{"name":"Zoë"}', 'Zoë'],
        ['{"url":"https:\\/\\/example.com\\/a"}', 'https://example.com/a'],
        ['{"text":"she said \\"no\\""}', 'said "no"'],
        ['{"path":"C:\\\\temp"}', 'C:\\temp'],
        ['{"share":"100%"}', '100%'],
        ['{"name":"a_b"}', 'a_b'],
        ['not JSON at all', 'JSON at'],
      ])('finds in %s what is written as %s', async (body, text) => {
        await keep({ name: 'found', ms: 1_000, body });
        await keep({ name: 'other', ms: 2_000, body: '{"name":"somebody","share":"100"}' });

        expect(await found({ text })).toEqual(['found']);
      });

      it('finds a text in the one event of a request whose part it is in', async () => {
        const events = ['a', 'b', 'c'].map((externalId, item) => anEvent({ externalId, item }));
        const body = Buffer.from('[{"id":1,"of":"Ada"},{"id":2,"of":"Bob"},{"id":3,"of":"Ada"}]');
        await store.recordRequest(aRequest({ body, events }));

        expect(await found({ text: 'bob' })).toEqual(['b']);
        expect(await found({ text: 'ada' }, 1)).toEqual(['c', 'a']);
      });

      it('looks in bodies that are no text', async () => {
        const body = Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from('needle'), Buffer.from([0x80])]);
        await store.recordRequest(aRequest({ body, events: [anEvent({ externalId: 'bytes' })] }));

        expect(await found({ text: 'needle' })).toEqual(['bytes']);
        expect(await found({ text: 'haystack' })).toEqual([]);
      });

      it('combines with every filter', async () => {
        await keep({ name: 'a', ms: 1_000, body: '{"of":"Ada"}', deliveries: { segment: refused } });
        await keep({ name: 'b', ms: 2_000, body: '{"of":"Ada"}', marks: ['user_id:1'] });
        await keep({ name: 'c', ms: 3_000, body: '{"of":"Bob"}', marks: ['user_id:1'], type: 'late' });

        expect(await found({ text: 'ada', delivery: 'dead' })).toEqual(['a']);
        expect(await found({ text: 'ada', identifiers: [identifierFrom('user_id:1')] })).toEqual(['b']);
        expect(await found({ text: 'bob', typePrefix: 'la' })).toEqual(['c']);
        expect(await found({ text: 'ada', until: at(2_000) })).toEqual(['a']);
      });

      it('stops looking after five thousand events, says how far it came, and goes on from there', async () => {
        const events = (from: number) =>
          Array.from({ length: 500 }, (_, n) => anEvent({ externalId: `${from + n}`, item: null }));
        await store.recordRequest(
          aRequest({ body: Buffer.from('{"of":"Ada"}'), events: [anEvent({ externalId: 'ada' })] }),
        );
        for (let n = 0; n < 11; n += 1)
          await store.recordRequest(aRequest({ receivedAt: at(1_000 + n), events: events(n * 500) }));

        const first = await store.listEvents({ text: 'ada' }, { limit: 5 });
        const second = await store.listEvents({ text: 'ada' }, { limit: 5, cursor: first.nextCursor ?? '' });

        expect(first).toMatchObject({ items: [], searchedTo: at(1_001) });
        expect(externalIds(second.items)).toEqual(['ada']);
        expect(second).toMatchObject({ nextCursor: null, searchedTo: null });
      });
    });

    describe('page by page in both directions', () => {
      const names = (items: readonly ListedEvent[]): string => externalIds(items).join('');

      beforeEach(async () => {
        for (const [n, name] of [...'abcdefg'].entries())
          await keep({ name, ms: n * 1_000, deliveries: { segment: refused }, marks: ['user_id:1'] });
      });

      it.each<EventFilter>([
        {},
        { type: 'paid' },
        { typePrefix: 'pa' },
        { delivery: 'dead' },
        { reason: 'rejected', cause: 'no such field' },
        { identifiers: [{ kind: 'user_id', value: '1' }] },
        { text: '{}' },
      ])('goes on to the older, and back to the newer ones, with %j', async (filter) => {
        const first = await store.listEvents(filter, { limit: 2 });
        const second = await store.listEvents(filter, { limit: 2, cursor: first.nextCursor ?? '' });
        const third = await store.listEvents(filter, { limit: 2, cursor: second.nextCursor ?? '' });
        const back = await store.listEvents(filter, {
          limit: 3,
          cursor: third.previousCursor ?? '',
          direction: 'newer',
        });
        const top = await store.listEvents(filter, { limit: 3, cursor: back.previousCursor ?? '', direction: 'newer' });

        expect([first, second, third, back, top].map(({ items }) => names(items))).toEqual([
          'gf',
          'ed',
          'cb',
          'fed',
          'g',
        ]);
        const again = await store.listEvents(filter, { limit: 3, cursor: top.nextCursor ?? '' });
        expect(names(again.items)).toBe('fed');
      });

      it('tells of what has come since, and of nothing as long as nothing has', async () => {
        const first = await store.listEvents({}, { limit: 3 });
        const since = { limit: 50, cursor: first.previousCursor ?? '', direction: 'newer' as const };
        const nothing = await store.listEvents({}, since);
        await keep({ name: 'h', ms: 8_000 });
        await keep({ name: 'i', ms: 9_000 });

        expect(nothing).toMatchObject({ items: [], previousCursor: first.previousCursor });
        expect(names((await store.listEvents({}, since)).items)).toBe('ih');
      });

      it('keeps to the times that are asked for in both', async () => {
        const filter = { since: at(1_000), until: at(5_000) };
        const last = await store.listEvents(filter, { limit: 10 });

        expect(names(last.items)).toBe('edcb');
        const page = { limit: 10, cursor: last.nextCursor ?? last.previousCursor ?? '', direction: 'newer' as const };
        expect(names((await store.listEvents(filter, page)).items)).toBe('');
        expect(names((await store.listEvents(filter, { limit: 10, direction: 'newer' })).items)).toBe('edcb');
      });

      it('has nothing to be newer than in an empty list', async () => {
        expect(await store.listEvents({ source: 'nobody' }, { limit: 1 })).toEqual({
          items: [],
          nextCursor: null,
          previousCursor: null,
          searchedTo: null,
        });
      });
    });
  });
}
