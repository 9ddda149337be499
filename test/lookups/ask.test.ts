import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import { Asker, type Question } from '../../src/lookups/ask.ts';
import { type FakeHubspot, type Mood, startFakeHubspot } from './fake-hubspot.ts';

interface World {
  readonly service: Asker;
  readonly hubspot: FakeHubspot;
  /** On the clock of the service and of HubSpot. */
  later(seconds: number): void;
  ask(id: string, changes?: Partial<Question>): ReturnType<Asker['ask']>;
}

async function world(
  mood: (contact: string, count: number) => Mood = () => 'ok',
  { requests = 100, off = null as string | null, timeoutMs = 500 } = {},
): Promise<World> {
  let now = new Date('2026-11-21T12:00:00.000Z');
  const clock = { now: () => now };
  const hubspot = await startFakeHubspot(mood, clock);
  const sender = createSender();
  onTestFinished(() => sender.close());
  const window = { requests, perMs: 10_000 };
  const api = { url: hubspot.origin, token: 'pat-secret-of-tests', allowPrivateAddress: true, window };
  const sources = [{ name: 'crm', type: 'hubspot', api, off }];
  const service = new Asker({ sources, sender, clock, timeoutMs });
  return {
    service,
    hubspot,
    later: (seconds) => {
      now = new Date(now.getTime() + seconds * 1_000);
    },
    ask: (id, changes) =>
      service.ask({
        lookup: 'hubspot.contact',
        args: { id, properties: ['email'], history: ['lifecyclestage'] },
        source: 'crm',
        receivedAt: now,
        ...changes,
      }),
  };
}

describe('a contact that is looked up', () => {
  it('comes with the properties it was asked for and their history, the newest first', async () => {
    const { ask, hubspot } = await world();
    expect(await ask('651')).toEqual({
      kind: 'found',
      value: {
        id: '651',
        properties: { email: 'c651@example.com', lifecyclestage: 'salesqualifiedlead' },
        history: {
          lifecyclestage: [
            { value: 'salesqualifiedlead', timestamp: Date.parse('2026-11-21T00:00:00Z'), source_type: 'CRM_UI' },
            { value: 'lead', timestamp: Date.parse('2026-11-01T00:00:00Z'), source_type: 'CRM_UI' },
          ],
        },
      },
    });
    expect(hubspot.asked()[0]).toContain('/crm/v3/objects/contacts/651?');
    expect(hubspot.asked()[0]).toContain('propertiesWithHistory=lifecyclestage');
  });

  it('is asked for once by a hundred events that arrive together', async () => {
    const { ask, hubspot } = await world();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask('651')));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['found']));
    expect(hubspot.asked()).toHaveLength(1);
  });

  it('is asked for again by an event that arrived after the answer was asked for: it may be what has changed', async () => {
    const { ask, hubspot, later } = await world();
    await ask('651');
    later(1);
    await ask('651');
    expect(hubspot.asked()).toHaveLength(2);
  });

  it('is known to an event that arrived before it was asked for', async () => {
    const { ask, hubspot, later } = await world();
    const receivedAt = new Date('2026-11-21T11:59:00.000Z');
    await ask('651');
    later(5);
    expect((await ask('651', { receivedAt })).kind).toBe('found');
    expect(hubspot.asked()).toHaveLength(1);
  });
});

describe('an answer that is none', () => {
  it.each<[Mood, object]>([
    ['missing', { kind: 'missing', message: 'HubSpot has no contact 651 (404)' }],
    ['forbidden', { kind: 'missing', message: expect.stringContaining('crm.objects.contacts.read') }],
    ['broken', { kind: 'retry', message: 'HubSpot answered 502' }],
    ['slow', { kind: 'retry' }],
    ['cut', { kind: 'retry' }],
    ['busy', { kind: 'retry', waitMs: 10_000 }],
    ['daily', { kind: 'retry', waitMs: 3_600_000 }],
  ])('for HubSpot being %s is told as what it means', async (mood, outcome) => {
    const { ask } = await world(() => mood);
    expect(await ask('651')).toMatchObject(outcome);
  });

  it('never tells the token', async () => {
    const { ask } = await world(() => 'forbidden');
    expect(JSON.stringify(await ask('651'))).not.toContain('pat-secret-of-tests');
  });

  it('names what is not set, and asks nobody', async () => {
    const { ask, hubspot } = await world(() => 'ok', { off: 'HUBSPOT_ACCESS_TOKEN is not set' });
    expect(await ask('651')).toEqual({ kind: 'missing', message: 'HUBSPOT_ACCESS_TOKEN is not set' });
    expect(hubspot.asked()).toEqual([]);
  });

  it.each(['../account', '1/2', '..', ''])('is given for an id that would lead elsewhere: %j', async (id) => {
    const { ask, hubspot } = await world();
    expect((await ask(id)).kind).toBe('missing');
    expect(hubspot.asked()).toEqual([]);
  });
});

describe('the window of a source', () => {
  it('is never exceeded, and each who is turned away hears of a later moment', async () => {
    const { ask, hubspot, later } = await world(() => 'ok', { requests: 20 });
    let waiting = Array.from({ length: 100 }, (_, index) => ({ id: String(index), atSecond: 0 }));
    for (let second = 0; second < 120 && waiting.length > 0; second += 1) {
      const due = waiting.filter(({ atSecond }) => atSecond <= second);
      const outcomes = await Promise.all(due.map(({ id }) => ask(id)));
      waiting = [
        ...waiting.filter(({ atSecond }) => atSecond > second),
        ...due.flatMap(({ id }, index) => {
          const outcome = outcomes[index];
          const waitMs = outcome?.kind === 'retry' ? (outcome.waitMs ?? 0) : undefined;
          return waitMs === undefined ? [] : [{ id, atSecond: second + Math.ceil(waitMs / 1_000) }];
        }),
      ];
      later(1);
    }
    expect(waiting).toEqual([]);
    expect(new Set(hubspot.asked()).size).toBe(100);
    expect(hubspot.mostInWindow()).toBeLessThanOrEqual(20);
  });

  it('stays closed while HubSpot wants to be asked nothing, and opens for one question first', async () => {
    const { ask, hubspot, later } = await world((_, count) => (count === 1 ? 'busy' : 'ok'));
    await ask('1');
    expect(await ask('2')).toMatchObject({ kind: 'retry', heldBy: 'source' });
    expect(hubspot.asked()).toHaveLength(1);
    later(10.5);
    const again = await Promise.all([ask('1'), ask('1', { args: { id: '3' } })]);
    expect(again.map(({ kind }) => kind).toSorted()).toEqual(['found', 'retry']);
    expect(hubspot.asked()).toHaveLength(2);
  });

  it('is not touched while the requests of a day are used up, but once an hour', async () => {
    const { ask, hubspot, later } = await world(() => 'daily');
    for (let minute = 0; minute < 180; minute += 1) {
      await ask(String(minute));
      later(60);
    }
    expect(hubspot.asked().length).toBeLessThanOrEqual(4);
  });
});
