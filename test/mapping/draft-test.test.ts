import { describe, expect, it } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import { draftExpectation } from '../../src/mapping/draft-test.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import { inputOf, mappingOf } from './definitions.ts';

const { usermaven, segment, console: local } = destinations;
const targets = Object.entries({ usermaven, segment, console: local }).map(([name, destination]) => ({
  name,
  destination,
  settings: destination.sample,
}));
const context = { vars: {}, destinations: new Map(targets.map((target) => [target.name, target])) };

async function draftFor(mapping: string, body: Record<string, string | number | boolean>) {
  const run = await evaluateMapping(mappingOf(mapping), inputOf(body), context);
  if (run.outcome === 'unresolved' || run.outcome === 'needs') throw new Error('it asks');
  return draftExpectation(run, targets);
}

const mapping = `
when: =paid
event: { name: Order Paid, id: =id, user: { id: =user }, attributes: { plan: =plan } }
destinations:
  usermaven:
  segment: { merge: { context: { ip: 0 } } }
  console: { when: =big }
`;

describe('a drafted expectation', () => {
  it('holds what the event and the mapping say, without what every payload has and without ids of the file', async () => {
    expect(await draftFor(mapping, { paid: true, id: 'o1', user: 'u1', plan: 'pro', big: false })).toEqual({
      expect: {
        usermaven: {
          event_type: 'Order Paid',
          _timestamp: 1772323199500,
          utc_time: '2026-02-28T23:59:59.500Z',
          user: { id: 'u1' },
          event_attributes: { plan: 'pro' },
        },
        segment: {
          event: 'Order Paid',
          userId: 'u1',
          timestamp: '2026-02-28T23:59:59.500Z',
          properties: { plan: 'pro' },
          context: { ip: 0 },
        },
        console: 'skipped',
      },
    });
  });

  it('is that the event is skipped where it goes nowhere', async () => {
    expect(await draftFor(mapping, { paid: false })).toEqual({ expect: 'skipped' });
    const nowhere = 'event: { name: A, user: { id: =user } }\ndestinations: { console: { when: =big } }\n';
    expect(await draftFor(nowhere, { user: 'u1' })).toEqual({ expect: 'skipped' });
  });

  it('is none where the mapping fails', async () => {
    expect(await draftFor(mapping, { paid: true, id: 'o1' })).toEqual({
      failure: expect.stringContaining('event.user: has neither id nor anonymous_id'),
    });
    const broken = 'event: { name: A, user: { id: =user } }\ndestinations: { console: { merge: { a: =1 + user } } }\n';
    expect(await draftFor(broken, { user: 'u1' })).toEqual({
      failure: expect.stringContaining('destinations.console.merge.a: '),
    });
  });

  it('holds all of a payload that is written out', async () => {
    const written = 'destinations: { segment: { payload: { type: track, event: A, userId: =user } } }\n';
    expect(await draftFor(written, { user: 'u1' })).toEqual({
      expect: { segment: { type: 'track', event: 'A', userId: 'u1' } },
    });
  });
});
