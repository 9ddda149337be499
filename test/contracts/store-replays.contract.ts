/** Replays: which stored events go back in line, at which pace, and what becomes of what they yield. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/model/attempt.ts';
import { addMs } from '../../src/model/clock.ts';
import type { Draft, JoinDraft } from '../../src/model/delivery.ts';
import type { EventFailure } from '../../src/model/event.ts';
import type { EventId, ReplayId } from '../../src/model/id.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../../src/model/replay.ts';
import type { Store, TranslationSettlement } from '../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimOne,
  delayed,
  delivered,
  externalIds,
  only,
  outgoingIds,
  refused,
  settleDeliveries,
  settledAs,
  translated,
} from './store-samples.ts';

export function describeReplays(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  const now = at(100_000);
  const anOrder = (order: Partial<ReplayOrder> = {}): ReplayOrder => ({
    filter: {},
    destinations: null,
    includesDelivered: false,
    rate: 1_000,
    ...order,
  });
  const failed = (message = 'event.user.id: no id', reason: EventFailure = 'mapping_failed') =>
    ({ to: 'failed', reason, message, drafts: [], runs: [], origins: [] }) as const;
  type End = Omit<Extract<TranslationSettlement, { to: 'failed' }>, 'event' | 'settledAt'>;

  interface Kept {
    readonly name: string;
    readonly source?: string;
    readonly type?: string;
    readonly receivedAt?: Date;
    readonly end?: End | { readonly to: 'unmatched'; readonly why: string; readonly runs: [] };
    readonly drafts?: readonly (Draft | JoinDraft)[];
  }

  /** An event that has been translated, or whatever its end was. */
  const keep = async ({ name, source = 'stripe', type = 'paid', receivedAt = at(0), end, drafts = [] }: Kept) => {
    await store.recordRequest(aRequest({ source, receivedAt, events: [anEvent({ externalId: name, type })] }));
    const event = await claimOne(store);
    const settled = end === undefined ? translated(event, drafts) : { event, settledAt: at(2_000), ...end };
    await store.settleTranslations([settled as TranslationSettlement]);
    return event.id;
  };
  /** All that a replay puts in line, translated into these drafts. */
  const run = async (replay: Replay, draftsOf: (name: string) => readonly (Draft | JoinDraft)[], later = now) => {
    await store.continueReplays(later);
    const events = await store.claimEvents(aClaim({ now: later }));
    await store.settleTranslations(events.map((event) => translated(event, draftsOf(event.externalId), later)));
    await store.continueReplays(addMs(later, 10_000));
    return { events, replay: await known(replay.id) };
  };
  const known = async (id: ReplayId): Promise<Replay> => (await store.getReplay(id)) ?? expect.fail(`no replay ${id}`);
  const start = async (order: Partial<ReplayOrder> = {}) => await store.startReplay(anOrder(order), now);
  const settleAll = async (outcome: Outcome) => {
    const claimed = await claimDeliveries(store, 'segment', { now: at(50_000) });
    await settleDeliveries(
      store,
      claimed.map((each) => settledAs(each, outcome, at(51_000))),
    );
  };

  describe('a replay', () => {
    it('puts the events that fit back in line, in the order in which they were received', async () => {
      await keep({ name: 'second', end: failed(), receivedAt: at(2) });
      await keep({ name: 'first', end: failed(), receivedAt: at(1) });
      await keep({ name: 'third', end: { to: 'unmatched', why: 'no mapping', runs: [] }, receivedAt: at(3) });

      const replay = await start({ rate: 10 });
      expect(replay).toMatchObject({ status: 'running', createdAt: now, endedAt: null, progress: { total: 3 } });
      expect((await store.stats()).events).toMatchObject({ failed: 2, received: 0 });

      const order: string[][] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        await store.continueReplays(addMs(now, turn * 100));
        order.push([...externalIds(await store.claimEvents(aClaim({ now })))]);
      }
      expect(order).toEqual([['first'], ['second'], ['third']]);
      expect((await store.stats()).events).toMatchObject({ failed: 0, unmatched: 0, received: 3 });
    });

    it('hands its events over with the time when they were put in line, also after a wait', async () => {
      await keep({ name: 'one', end: failed() });
      await start();
      await store.continueReplays(now);
      const event = await claimOne(store, aClaim({ now: addMs(now, 1) }));
      expect(event).toMatchObject({ receivedAt: at(0), inLineSince: now });

      await store.settleTranslations([delayed(event, addMs(now, 5_000))]);
      const again = await claimOne(store, aClaim({ now: addMs(now, 5_000) }));
      expect(again.inLineSince).toEqual(now);

      await store.settleTranslations([{ event: again, settledAt: addMs(now, 6_000), ...failed() }]);
      await store.startReplay(anOrder(), addMs(now, 7_000));
      await store.continueReplays(addMs(now, 7_000));
      expect((await claimOne(store, aClaim({ now: addMs(now, 7_000) }))).inLineSince).toEqual(addMs(now, 7_000));
    });

    it('is done when the last of them is settled', async () => {
      await keep({ name: 'one', end: failed() });
      const replay = await start();
      await store.continueReplays(now);
      expect(await known(replay.id)).toMatchObject({ status: 'running', progress: { inLine: 1, translated: 0 } });

      const event = await claimOne(store, aClaim({ now }));
      await store.settleTranslations([translated(event, [aDraft()], at(101_000))]);

      expect(await known(replay.id)).toMatchObject({
        status: 'finished',
        endedAt: at(101_000),
        progress: { total: 1, inLine: 0, translated: 1, fates: { new: 1, again: 0 } },
      });
      expect(await store.nextDueAt({ kind: 'replays' })).toBeNull();
      expect(outgoingIds(await claimDeliveries(store, 'segment', { now: at(101_000) }))).toEqual([aDraft().outgoingId]);
    });

    it('is done at once with its last event, however slow it is', async () => {
      await keep({ name: 'one', end: failed() });
      const { id } = await start({ rate: 0.01 });
      await store.continueReplays(now);
      const event = await claimOne(store, aClaim({ now }));
      await store.settleTranslations([translated(event, [], at(101_000))]);

      expect((await known(id)).status).toBe('finished');
    });

    it('over nothing is done with its first step', async () => {
      const { id } = await start();
      expect(await store.continueReplays(now)).toBe(0);
      expect(await known(id)).toMatchObject({ status: 'finished', endedAt: now });
    });

    it('takes no more of them at a time than its rate allows', async () => {
      for (let n = 0; n < 12; n += 1) await keep({ name: `e${n}`, end: failed() });
      await start({ rate: 50 });

      const put: number[] = [];
      for (let ms = 0; ms <= 300; ms += 50) put.push(await store.continueReplays(addMs(now, ms)));

      expect(put).toEqual([5, 0, 5, 0, 2, 0, 0]);
    });

    it('tells when its next step is due', async () => {
      await keep({ name: 'one', end: failed() });
      await keep({ name: 'two', end: failed() });
      expect(await store.nextDueAt({ kind: 'replays' })).toBeNull();
      await start({ rate: 0.5 });
      expect(await store.nextDueAt({ kind: 'replays' })).toEqual(now);
      expect(await store.continueReplays(now)).toBe(1);
      expect(await store.nextDueAt({ kind: 'replays' })).toEqual(addMs(now, 2_000));
    });

    it('gives an event its tries back, and counts no problem meanwhile', async () => {
      const id = await keep({ name: 'one', end: failed() });
      await start();
      await store.continueReplays(now);

      expect(await store.getEvent(id)).toMatchObject({ status: 'received', tries: 0, reason: null, message: null });
      expect((await store.problems()).events).toEqual([]);
      expect((await claimOne(store, aClaim({ now }))).tries).toBe(1);
    });

    it('counts what fails again, once', async () => {
      await keep({ name: 'one', end: failed() });
      const { id } = await start();
      await store.continueReplays(now);
      const event = await claimOne(store, aClaim({ now }));
      await store.settleTranslations([{ event, settledAt: now, ...failed() }]);
      await store.continueReplays(addMs(now, 1_000));

      expect(await known(id)).toMatchObject({ status: 'finished', progress: { failed: 1, inLine: 0 } });
      expect(await store.claimEvents(aClaim({ now: at(200_000) }))).toEqual([]);
      expect((await store.problems()).events).toMatchObject([{ count: 1 }]);
    });

    it('goes on after its worker was taken away, and waits for what is delayed', async () => {
      await keep({ name: 'one', end: failed() });
      const { id } = await start();
      await store.continueReplays(now);
      const first = await claimOne(store, aClaim({ now }));
      await store.settleTranslations([{ event: first, settledAt: now, to: 'released' }]);
      const second = await claimOne(store, aClaim({ now }));
      await store.settleTranslations([delayed(second, at(110_000))]);
      expect(await known(id)).toMatchObject({ status: 'running', progress: { inLine: 1 } });

      const third = await claimOne(store, aClaim({ now: at(110_000) }));
      await store.settleTranslations([{ event: third, settledAt: at(110_000), to: 'unmatched', why: 'w', runs: [] }]);

      await store.continueReplays(at(111_000));
      expect(await known(id)).toMatchObject({ status: 'finished', progress: { unmatched: 1 } });
    });

    it('takes nothing that came in after it began', async () => {
      await keep({ name: 'before', end: failed(), receivedAt: now });
      const { id } = await start();
      await keep({ name: 'after', end: failed(), receivedAt: addMs(now, 1) });

      expect(await store.continueReplays(at(200_000))).toBe(1);
      expect((await known(id)).filter.until).toEqual(addMs(now, 1));
    });

    it('puts each event in line once, however many continue it', async () => {
      for (let n = 0; n < 20; n += 1) await keep({ name: `e${n}`, end: failed() });
      await start({ rate: 100 });

      const put = await Promise.all(Array.from({ length: 8 }, () => store.continueReplays(now)));

      expect(put.reduce((sum, count) => sum + count, 0)).toBe(10);
      expect((await store.stats()).events).toMatchObject({ failed: 10, received: 10 });
    });

    it('ends when the last event in line is erased with its person', async () => {
      const identifier = { kind: 'email', value: 'ada@example.com' };
      await store.recordRequest(aRequest({ body: Buffer.from('{"email":"ada@example.com"}') }));
      const event = await claimOne(store);
      await store.stitch([{ event, identifiers: [identifier] }]);
      await store.settleTranslations([{ event, settledAt: at(2_000), ...failed() }]);
      const { id } = await start({ filter: { cause: 'event.user.id: no id' } });
      await store.continueReplays(now);
      await store.continueReplays(addMs(now, 10_000));

      await store.forget(identifier);
      await store.continueReplays(addMs(now, 20_000));

      expect(await known(id)).toMatchObject({ status: 'finished', progress: { total: 1, inLine: 0 } });
    });

    it('names no person that was forgotten in its filter', async () => {
      const identifier = { kind: 'email', value: 'ada@example.com' };
      const { id } = await start({ filter: { cause: 'no ada@example.com', reason: 'mapping_failed' } });
      await store.recordRequest(aRequest());
      await store.stitch([{ event: await claimOne(store), identifiers: [identifier] }]);

      expect(await store.forget(identifier)).toMatchObject({ isVerified: true });
      expect((await known(id)).filter).toMatchObject({ cause: 'erased', reason: 'mapping_failed' });
    });
  });

  describe('the events of a replay', () => {
    const when = (name: string, second: number): Kept => ({ name, end: failed(), receivedAt: at(second * 1_000) });

    it.each<[ReplayFilter, readonly string[]]>([
      [{}, ['translated', 'unmatched', 'failed', 'slow', 'other', 'hubspot']],
      [{ source: 'hubspot' }, ['hubspot']],
      [{ type: 'other' }, ['other']],
      [{ type: 'paid', status: 'failed' }, ['failed', 'slow', 'hubspot']],
      [{ status: 'translated' }, ['translated']],
      [{ status: 'unmatched' }, ['unmatched']],
      [{ status: 'failed' }, ['failed', 'slow', 'other', 'hubspot']],
      [{ reason: 'too_slow' }, ['slow']],
      [{ reason: 'not_json' }, []],
      [{ reason: 'mapping_failed', cause: 'other.yaml: no <n>' }, ['other']],
      [{ cause: 'event.user.id: no id', source: 'stripe' }, ['failed']],
      [{ cause: 'event.user.id: no id', type: 'none' }, []],
      [{ status: 'translated', reason: 'too_slow' }, []],
      [{ since: at(4_000) }, ['slow', 'other', 'hubspot']],
      [{ until: at(4_000) }, ['translated', 'unmatched', 'failed']],
    ])('are those that fit: %o', async (filter, expected) => {
      await keep({ name: 'translated', receivedAt: at(1_000) });
      await keep({ name: 'unmatched', receivedAt: at(2_000), end: { to: 'unmatched', why: 'w', runs: [] } });
      await keep(when('failed', 3));
      await keep({ ...when('slow', 4), end: failed('took longer than 1000 ms', 'too_slow') });
      await keep({ ...when('other', 5), type: 'other', end: failed('other.yaml: no 7') });
      await keep({ ...when('hubspot', 6), source: 'hubspot' });
      const unusable = { reason: 'not_json', message: 'm' } as const;
      await store.recordRequest(aRequest({ receivedAt: at(7_000), events: [anEvent({ unusable })] }));
      await store.recordRequest(aRequest({ receivedAt: at(8_000) }));

      const { replayable } = await store.countReplayable(filter);
      const { candidates, next } = await store.replayCandidates(filter, { limit: 100 });
      const { progress } = await start({ filter });
      await store.continueReplays(now);

      expect(candidates.map(({ event }) => event.externalId)).toEqual(expected);
      expect(next).toBeNull();
      expect([replayable, progress.total]).toEqual([expected.length, expected.length]);
      const open = await store.claimEvents(aClaim({ now }));
      expect(
        open
          .filter(({ receivedAt }) => receivedAt < at(8_000))
          .map(({ externalId }) => externalId)
          .toSorted(),
      ).toEqual([...expected].toSorted());
    });

    it('may be those of a group of dead deliveries, each once, in the order in which they died', async () => {
      const sent = async (name: string, drafts: readonly Draft[]) => await keep({ name, drafts });
      await sent('first', [aDraft({ outgoingId: '1a' }), aDraft({ outgoingId: '1b', item: 1 })]);
      await sent('second', [aDraft({ outgoingId: '2' })]);
      const claimed = await claimDeliveries(store, 'segment', { now: at(50_000) });
      await settleDeliveries(
        store,
        claimed.map((each, index) => settledAs(each, refused, at(51_000 + index))),
      );
      await sent('other', [aDraft({ destination: 'umami', outgoingId: '3' })]);
      await settleDeliveries(store, [
        settledAs(only(await claimDeliveries(store, 'umami', { now: at(50_000) })), refused, at(52_000)),
      ]);
      await sent('fine', [aDraft({ outgoingId: '4' })]);
      await settleAll(delivered);
      const dead = { destination: 'segment', reason: 'rejected', cause: 'no such field' } as const;

      const first = await store.replayCandidates({ dead }, { limit: 1 });
      const second = await store.replayCandidates({ dead }, { limit: 1, from: first.next ?? undefined });
      const third = await store.replayCandidates({ dead }, { limit: 1, from: second.next ?? undefined });
      expect([first, second, third].map(({ candidates }) => candidates.map(({ event }) => event.externalId))).toEqual([
        ['first'],
        ['second'],
        [],
      ]);
      expect(await store.countReplayable({ dead })).toEqual({ replayable: 2, unusable: 0 });
      expect(await store.countReplayable({ dead, since: at(51_001) })).toEqual({ replayable: 2, unusable: 0 });
      expect(await store.countReplayable({ dead, since: at(51_002) })).toEqual({ replayable: 1, unusable: 0 });
      expect(await store.countReplayable({ dead, until: at(51_002) })).toEqual({ replayable: 1, unusable: 0 });
      expect(await store.countReplayable({ dead: { ...dead, cause: 'other' } })).toMatchObject({ replayable: 0 });

      const drafts = (name: string) =>
        name === 'first'
          ? [aDraft({ outgoingId: '1a' }), aDraft({ outgoingId: '1b', item: 1 })]
          : [aDraft({ outgoingId: '2' })];
      const { events, replay } = await run(await start({ filter: { dead } }), drafts);
      expect(externalIds(events)).toEqual(['first', 'second']);
      expect(replay).toMatchObject({
        status: 'finished',
        filter: { dead },
        progress: { total: 2, translated: 2, fates: { again: 3 } },
      });
      expect((await store.problems()).deliveries).toMatchObject([{ destination: 'umami', count: 1 }]);
    });

    it('may be named, as far as they can be replayed', async () => {
      const one = await keep(when('one', 1));
      const two = await keep({ ...when('two', 2), type: 'other' });
      await keep(when('three', 3));
      const unusable = { reason: 'not_json', message: 'm' } as const;
      await store.recordRequest(aRequest({ receivedAt: at(7_000), events: [anEvent({ unusable })] }));
      const bad = only((await store.listEvents({ since: at(7_000) }, { limit: 1 })).items).id;
      const ids: readonly EventId[] = [two, one, bad, one, 'evt_none'];

      expect(await store.countReplayable({ ids })).toEqual({ replayable: 2, unusable: 1 });
      expect(await store.countReplayable({ ids, type: 'other' })).toEqual({ replayable: 1, unusable: 0 });
      const { candidates } = await store.replayCandidates({ ids }, { limit: 100 });
      expect(candidates.map(({ event }) => event.id)).toEqual([one, two]);
      await start({ filter: { ids }, rate: 10 });
      expect([await store.continueReplays(now), await store.continueReplays(at(101_000))]).toEqual([1, 1]);
      expect((await store.stats()).events).toMatchObject({ received: 2, failed: 2 });
    });

    it('leave out, and count, what no mapping ever sees', async () => {
      const unusable = { reason: 'too_deep', message: 'm' } as const;
      await store.recordRequest(aRequest({ events: [anEvent({ unusable, type: 'paid' })] }));
      await keep(when('one', 1));

      expect(await store.countReplayable({})).toEqual({ replayable: 1, unusable: 1 });
      expect(await store.countReplayable({ status: 'failed', type: 'paid' })).toEqual({ replayable: 1, unusable: 1 });
      expect(await store.countReplayable({ status: 'translated' })).toEqual({ replayable: 0, unusable: 0 });
      expect(await store.countReplayable({ reason: 'mapping_failed' })).toEqual({ replayable: 1, unusable: 0 });
    });

    it('are shown page by page, with their requests and what was made of them', async () => {
      for (const n of [1, 2, 3])
        await keep({ name: `${n}`, receivedAt: at(n), drafts: [aDraft({ outgoingId: `${n}` })] });

      const first = await store.replayCandidates({}, { limit: 2 });
      const second = await store.replayCandidates({}, { limit: 2, from: first.next ?? undefined });

      expect([first, second].map(({ candidates }) => candidates.map(({ event }) => event.externalId))).toEqual([
        ['1', '2'],
        ['3'],
      ]);
      expect(second.next).toBeNull();
      expect(first.candidates[0]).toMatchObject({
        event: { source: 'stripe', type: 'paid', bodyText: '{"object":"event"}', item: null, kind: null },
        deliveries: [
          {
            destination: 'segment',
            mapping: aDraft().mapping.file,
            outgoingId: '1',
            status: 'pending',
            payload: aDraft().payload,
          },
        ],
      });
    });
  });

  describe('the payloads of a replay', () => {
    const deliveriesOf = async (id: EventId) => (await store.getEvent(id))?.deliveries ?? [];

    it('are left alone where they were delivered or are under way', async () => {
      await keep({ name: 'one', drafts: [aDraft({ outgoingId: 'delivered' })] });
      await settleAll(delivered);
      const id = await keep({ name: 'two', drafts: [aDraft({ outgoingId: 'waiting' })] });

      const { replay } = await run(await start(), (name) => [
        aDraft({ outgoingId: name === 'one' ? 'delivered' : 'waiting', payload: '{"other":1}' }),
      ]);

      expect(replay).toMatchObject({
        progress: { translated: 2, fates: { left_delivered: 1, left_under_way: 1, new: 0 } },
      });
      expect(await deliveriesOf(id)).toHaveLength(1);
      expect((await store.stats()).deliveries).toMatchObject({ delivered: 1, pending: 1 });
    });

    it('are made again of what is dead, under the same id, and the dead one is given up', async () => {
      const id = await keep({ name: 'one', drafts: [aDraft({ person: 'ada' })] });
      await settleAll(refused);

      const { replay } = await run(await start(), () => [aDraft({ payload: '{"mended":true}', person: 'ada' })]);

      const [dead, again] = await deliveriesOf(id);
      expect(dead).toMatchObject({ state: { status: 'cancelled', settledAt: now }, payload: aDraft().payload });
      expect(again).toMatchObject({
        state: { status: 'pending' },
        outgoingId: dead?.outgoingId,
        replayOf: dead?.id,
        payload: '{"mended":true}',
        attempts: 0,
      });
      expect(replay.progress.fates).toMatchObject({ again: 1, new: 0 });
      expect((await store.problems()).deliveries).toEqual([]);
      expect((await store.stats()).deliveries).toMatchObject({ dead: 0, cancelled: 1, pending: 1 });
    });

    it('are made again of what was cancelled', async () => {
      const id = await keep({ name: 'one', drafts: [aDraft()] });
      const [delivery] = await deliveriesOf(id);
      await store.cancelDeliveries([delivery?.id ?? 'dlv_none'], at(3_000));

      const { replay } = await run(await start(), () => [aDraft()]);

      expect(replay.progress.fates).toMatchObject({ again: 1 });
      expect((await deliveriesOf(id))[1]).toMatchObject({ replayOf: delivery?.id });
    });

    it('are made again of what was delivered where that was asked for', async () => {
      const id = await keep({ name: 'one', drafts: [aDraft()] });
      await settleAll(delivered);

      const { replay } = await run(await start({ includesDelivered: true }), () => [aDraft()]);

      expect(replay).toMatchObject({ includesDelivered: true, progress: { fates: { again: 1, left_delivered: 0 } } });
      const [first, second] = await deliveriesOf(id);
      expect([first?.state.status, second?.replayOf]).toEqual(['delivered', first?.id]);
    });

    it('change nothing when the same is replayed a second time', async () => {
      await keep({ name: 'one', drafts: [aDraft()] });
      await settleAll(refused);
      const drafts = () => [aDraft(), aDraft({ outgoingId: 'new' })];
      await run(await start(), drafts);
      const before = (await store.stats()).deliveries;

      const { replay } = await run(await store.startReplay(anOrder(), at(150_000)), drafts, at(150_000));

      expect(replay.progress.fates).toMatchObject({ new: 0, again: 0, left_under_way: 2 });
      expect((await store.stats()).deliveries).toEqual(before);
    });

    it('go only to the destinations that were asked for', async () => {
      const id = await keep({ name: 'one', end: failed() });

      const { replay } = await run(await start({ destinations: ['umami'] }), () => [
        aDraft(),
        aDraft({ destination: 'umami' }),
      ]);

      expect(replay).toMatchObject({ destinations: ['umami'], progress: { fates: { new: 1, left_out: 1 } } });
      expect((await deliveriesOf(id)).map(({ destination }) => destination)).toEqual(['umami']);
    });

    it('of a failed event go out as far as its other mappings yield any', async () => {
      const id = await keep({ name: 'one', end: failed() });
      const { id: replay } = await start();
      await store.continueReplays(now);
      const event = await claimOne(store, aClaim({ now }));

      await store.settleTranslations([{ event, settledAt: now, ...failed(), drafts: [aDraft()] }]);

      expect((await known(replay)).progress).toMatchObject({ failed: 1, fates: { new: 1 } });
      expect(await deliveriesOf(id)).toHaveLength(1);
    });

    it('stand in the line of their person as they were translated, beside what is new in the same batch', async () => {
      await keep({ name: 'former', end: failed() });
      await store.recordRequest(aRequest({ receivedAt: at(1_000), events: [anEvent({ externalId: 'later' })] }));
      await run(await start(), (name) => [aDraft({ outgoingId: name, person: 'ada' })]);

      expect(outgoingIds(await claimDeliveries(store, 'segment', { now }))).toEqual(['former']);
    });

    it('tell a destination who a visitor is once, and again only where that died', async () => {
      const join = { userId: 'ada', anonymousId: 'cookie', isAll: true };
      const joining: JoinDraft = { ...aDraft({ outgoingId: 'join' }), join };
      await keep({ name: 'one', drafts: [joining] });
      await keep({ name: 'two', drafts: [] });
      await settleAll(refused);

      const { replay } = await run(await start(), () => [joining]);

      expect(replay.progress).toMatchObject({ joins: 1, fates: { new: 0, again: 0 } });
      expect((await store.stats()).deliveries).toMatchObject({ pending: 1, cancelled: 1 });
    });

    it('do not count for the statistics of stitching again', async () => {
      await keep({ name: 'one', drafts: [aDraft()] });
      await keep({ name: 'two', end: failed() });
      await start();
      await store.continueReplays(now);
      const events = await store.claimEvents(aClaim({ now }));
      await store.settleTranslations(events.map((event) => ({ ...translated(event, []), origins: ['link'] })));

      expect((await store.stats()).stitching).toEqual([{ source: 'stripe', from: 'link', count: 1 }]);
    });
  });

  describe('the list of replays', () => {
    it('tells of the newest first', async () => {
      const first = await start({ filter: { source: 'stripe' } });
      const second = await store.startReplay(anOrder({ destinations: ['segment'] }), at(110_000));

      expect(await store.listReplays()).toEqual([second, first]);
      expect(await store.getReplay('rpl_none')).toBeUndefined();
    });

    it('keeps what was asked for', async () => {
      const filter: ReplayFilter = {
        ids: ['evt_1'],
        source: 'stripe',
        type: 'paid',
        status: 'failed',
        reason: 'mapping_failed',
        cause: 'c',
        since: at(1),
        until: at(2),
      };
      expect(await start({ filter, rate: 0.25 })).toMatchObject({ filter, rate: 0.25, destinations: null });
    });

    it('shows one that was cancelled: no more of it goes in line, and what is in line is translated', async () => {
      for (const name of ['one', 'two']) await keep({ name, end: failed() });
      const { id } = await start({ rate: 1 });
      await store.continueReplays(now);

      expect(await store.cancelReplay(id, at(101_000))).toBe(true);
      expect(await store.cancelReplay(id, at(102_000))).toBe(false);
      expect(await store.continueReplays(at(110_000))).toBe(0);
      const event = await claimOne(store, aClaim({ now: at(110_000) }));
      await store.settleTranslations([translated(event, [aDraft()], at(110_000))]);

      expect(await known(id)).toMatchObject({
        status: 'cancelled',
        endedAt: at(101_000),
        progress: { total: 2, translated: 1, inLine: 0, fates: { new: 1 } },
      });
      expect((await store.stats()).events).toMatchObject({ failed: 1, translated: 1 });
    });
  });
}
