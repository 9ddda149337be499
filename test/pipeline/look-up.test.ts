import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import { Asker } from '../../src/lookups/ask.ts';
import type { ReplayOrder } from '../../src/model/replay.ts';
import { at } from '../contracts/store-samples.ts';
import { type Mood, startFakeHubspot } from '../lookups/fake-hubspot.ts';
import { definitionOf } from '../mapping/definitions.ts';
import { sentTo, type Translator, translatorOf } from '../support/translator.ts';

const mappingWith = (optional: boolean, when = '=$not(kind = "other")') =>
  definitionOf(`
lookup:
  contact:
    hubspot.contact: { id: =contact, properties: [email], history: [lifecyclestage] }
    source: crm
    optional: ${optional}
when: ${when}
event:
  name: Stage Updated
  user: { id: =$contact.properties.email, fallback_id: ="hubspot:" & contact }
  attributes: { stage: '=$contact.history.lifecyclestage[0].value' }
destinations: [segment]
`);

async function world(
  mood: (contact: string, count: number) => Mood,
  { optional = false, when = undefined as string | undefined, window = { requests: 100, perMs: 10_000 } } = {},
) {
  const sender = createSender();
  onTestFinished(() => sender.close());
  const time = { now: () => at(0) };
  const hubspot = await startFakeHubspot(mood, { now: () => time.now() });
  const api = { url: hubspot.origin, token: 'pat-secret', allowPrivateAddress: true, window };
  const translator = await translatorOf(mappingWith(optional, when), (clock) => {
    time.now = clock.now;
    return new Asker({
      sources: [{ name: 'crm', type: 'hubspot', api, off: null }],
      sender,
      clock,
      timeoutMs: 300,
    });
  });
  return { translator, hubspot };
}

const stage = async ({ latest }: Translator): Promise<unknown> => sentTo(await latest(), 'segment')[0];

describe('an event that needs a lookup', () => {
  it('goes out with what was found', async () => {
    const { translator } = await world(() => 'ok');
    await translator.send({ contact: '651' });
    await translator.translateAll();
    expect(await stage(translator)).toMatchObject({
      userId: 'c651@example.com',
      properties: { stage: 'salesqualifiedlead' },
    });
  });

  it('asks nothing when it is not for the mapping', async () => {
    const { translator, hubspot } = await world(() => 'ok');
    await translator.send({ contact: '651', kind: 'other' });
    await translator.translateAll();
    expect((await translator.latest()).status).toBe('unmatched');
    expect(hubspot.asked()).toEqual([]);
  });

  it('waits while there is no answer, and tells for what', async () => {
    const { translator } = await world((_, count) => (count <= 2 ? 'broken' : 'ok'));
    await translator.send({ contact: '651' });
    await translator.translateAll();
    expect(await translator.latest()).toMatchObject({
      status: 'received',
      wait: { waitsFor: 'lookup', dueAt: at(5_000) },
      runs: [{ outcome: 'waits', path: 'lookup.contact', message: 'HubSpot answered 502' }],
    });
    translator.secondsLater(5);
    await translator.translateAll();
    expect((await translator.latest()).wait?.dueAt).toEqual(at(10_000));
    translator.secondsLater(5);
    await translator.translateAll();
    expect(await stage(translator)).toMatchObject({ userId: 'c651@example.com' });
    expect((await translator.latest()).tries).toBe(1);
  });

  it.each<[Mood, string]>([
    ['missing', 'HubSpot has no contact 651 (404)'],
    ['forbidden', 'give its private app the scope crm.objects.contacts.read'],
  ])('fails visibly when there is no answer to be had: %s', async (mood, message) => {
    const { translator } = await world(() => mood);
    await translator.send({ contact: '651' });
    await translator.translateAll();
    const event = await translator.latest();
    expect(event).toMatchObject({ status: 'failed', reason: 'mapping_failed' });
    expect(event.message).toContain(`a.yaml: lookup.contact: `);
    expect(event.message).toContain(message);
  });

  it('fails after three days without an answer, and not before', async () => {
    const { translator } = await world(() => 'broken');
    await translator.send({ contact: '651' });
    const hours: number[] = [];
    for (let hour = 0; hour <= 73; hour += 1) {
      await translator.translateAll();
      if ((await translator.latest()).status === 'received') hours.push(hour);
      translator.secondsLater(3_600);
    }
    expect(hours.at(-1)).toBe(71);
    expect((await translator.latest()).message).toContain('HubSpot answered 502, as often as it was asked');
  });

  it('fails when it names nothing to look up', async () => {
    const { translator, hubspot } = await world(() => 'ok');
    await translator.send({ name: 'nobody' });
    await translator.translateAll();
    expect((await translator.latest()).message).toContain('lookup.contact: id yields nothing to look up');
    expect(hubspot.asked()).toEqual([]);
  });
});

describe('an optional lookup', () => {
  it.each<Mood>(['missing', 'forbidden'])('is done without at once when HubSpot is %s', async (mood) => {
    const { translator } = await world(() => mood, { optional: true });
    await translator.send({ contact: '651' });
    await translator.translateAll();
    expect(await stage(translator)).toMatchObject({ userId: 'hubspot:651' });
    expect((await translator.latest()).runs).toMatchObject([{ without_lookups: { contact: expect.any(String) } }]);
  });

  it('is waited for a quarter of an hour', async () => {
    const { translator } = await world(() => 'broken', { optional: true });
    await translator.send({ contact: '651' });
    const minutes: number[] = [];
    for (let minute = 0; minute <= 16; minute += 1) {
      await translator.translateAll();
      if ((await translator.latest()).status === 'received') minutes.push(minute);
      translator.secondsLater(60);
    }
    expect(minutes.at(-1)).toBe(14);
    expect(await stage(translator)).toMatchObject({ userId: 'hubspot:651' });
  });
});

describe('whatever HubSpot does', () => {
  it('every event ends translated or visibly failed, the window is kept, and nobody waits for somebody else', async () => {
    const moods: readonly Mood[] = ['ok', 'busy', 'missing', 'broken', 'slow', 'cut', 'daily', 'forbidden'];
    const { translator, hubspot } = await world((contact, count) =>
      count > 2 ? 'ok' : (moods[Number(contact) % moods.length] ?? 'ok'),
    );
    for (let contact = 0; contact < 40; contact += 1) await translator.send({ contact: String(contact) });
    for (let index = 0; index < 10; index += 1) await translator.send({ contact: '7', kind: 'other' });
    await translator.translateAll();
    expect((await translator.store.stats()).events.unmatched).toBe(10);
    for (let step = 0; step < 400; step += 1) {
      if ((await translator.store.stats()).events.received === 0) break;
      const due = await translator.store.nextDueAt({ kind: 'events' });
      translator.secondsLater(Math.max(1, ((due?.getTime() ?? 0) - translator.now().getTime()) / 1_000));
      await translator.translateAll();
    }
    const { events } = (await translator.store.stats()) satisfies { events: object };
    expect(events.received).toBe(0);
    expect(events.translated + events.failed).toBe(40);
    expect(events.failed).toBe(10);
    expect(hubspot.mostInWindow()).toBeLessThanOrEqual(100);
  }, 60_000);

  it('a hundred events of one contact are one request', async () => {
    const { translator, hubspot } = await world(() => 'ok');
    for (let index = 0; index < 100; index += 1) await translator.send({ contact: '651' });
    await translator.translateAll();
    expect((await translator.store.stats()).events.translated).toBe(100);
    expect(hubspot.asked()).toHaveLength(1);
  });
});

describe('events that are replayed long after they were received', () => {
  const order: ReplayOrder = { filter: {}, destinations: null, includesDelivered: true, rate: 1_000 };
  const contacts = (count: number) => Array.from({ length: count }, (_, index) => String(index));
  const users = async ({ store }: Translator, max: number): Promise<readonly unknown[]> => {
    const { items } = await store.listEvents({}, { limit: max });
    const events = await Promise.all(items.map(({ id }) => store.getEvent(id)));
    return events.flatMap((event) => (event === undefined ? [] : sentTo(event, 'segment'))).map(({ userId }) => userId);
  };
  const startReplay = async ({ store, now }: Translator): Promise<void> => {
    await store.startReplay(order, now());
    await store.continueReplays(now());
  };
  const untilSettled = async (translator: Translator): Promise<void> => {
    while ((await translator.store.stats()).events.received > 0) {
      await translator.translateAll();
      translator.secondsLater(1);
      await translator.store.continueReplays(translator.now());
    }
  };

  /** Events that matched nothing, a month ago. */
  async function kept(count: number, mood: (contact: string, count: number) => Mood, optional = true) {
    const { translator, hubspot } = await world(mood, { optional });
    const { store } = translator;
    for (const contact of contacts(count)) await translator.send({ contact });
    for (;;) {
      const now = translator.now();
      const claim = { worker: 'wrk_0', limit: 100, leaseMs: 60_000, now, aloneAfterTries: 3 } as const;
      const events = await store.claimEvents(claim);
      if (events.length === 0) break;
      await store.settleTranslations(
        events.map((event) => ({ event, settledAt: now, to: 'unmatched' as const, why: 'no mapping', runs: [] })),
      );
    }
    translator.secondsLater(30 * 86_400);
    return { translator, hubspot };
  }

  it('wait for their turn in the window of the source, however many they are', async () => {
    const { translator, hubspot } = await kept(300, () => 'ok');
    await startReplay(translator);
    await untilSettled(translator);
    const sent = await users(translator, 300);
    expect(sent.toSorted()).toEqual(
      contacts(300)
        .map((contact) => `c${contact}@example.com`)
        .toSorted(),
    );
    expect(hubspot.mostInWindow()).toBeLessThanOrEqual(100);
  }, 60_000);

  it.each([true, false])(
    'wait for an answer that fails for now as if they had just arrived (optional: %s)',
    async (optional) => {
      const { translator } = await kept(1, (_, count) => (count <= 3 ? 'broken' : 'ok'), optional);
      await startReplay(translator);
      await untilSettled(translator);
      expect(await stage(translator)).toMatchObject({ userId: 'c0@example.com' });
    },
  );

  it('are planned with what the window has to spare: the rest would wait', async () => {
    const { translator, hubspot } = await kept(300, () => 'ok');
    const planner = translator.plannerBy(mappingWith(true));
    const plan = await planner.plan(order, new AbortController().signal);
    await planner.stop();
    expect(plan).toMatchObject({ total: 300, translated: 25, delayed: 275 });
    expect(hubspot.asked()).toHaveLength(25);

    for (const contact of contacts(75)) await translator.send({ contact: `9${contact}` });
    await translator.translateAll();
    expect((await translator.store.stats()).events).toMatchObject({ received: 0, translated: 75 });
  }, 60_000);
});

describe('a window that is too small for what is wanted', () => {
  it('does not send an event without its optional lookup, however long its turn takes', async () => {
    const { translator } = await world(() => 'ok', { optional: true, window: { requests: 1, perMs: 1_200_000 } });
    await translator.send({ contact: '1' });
    await translator.send({ contact: '2' });
    for (let minute = 0; minute < 45; minute += 1) {
      await translator.translateAll();
      translator.secondsLater(60);
    }
    expect(await stage(translator)).toMatchObject({ userId: 'c2@example.com' });
  });
});
