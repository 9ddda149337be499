import { describe, expect, it } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import { checkMappings, type GivenBeside } from '../../src/mapping/check.ts';
import type { Json } from '../../src/model/json.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { definitionOf, occurredAt } from './definitions.ts';

const mapping = [
  'events: order.*',
  'when: =$not(paid = false)',
  'event:',
  '  name: Order Paid',
  '  user: { id: =user, anonymous_id: =$headers."x-visitor" }',
  '  attributes: { plan: =plan, site: =$vars.site, kind: =$meta.kind, at: =$now(), extra: =extra }',
  'destinations:',
  '  segment:',
  '  console: { when: =plan = "pro" }',
  '',
].join('\n');

const names = { segment: destinations.segment, usermaven: destinations.usermaven, console: destinations.console };

interface Given {
  readonly folder?: string;
  readonly mapping?: string;
}

/** The failures of each test, by its name. */
async function check(tests: readonly string[], { folder = '.', mapping: text = mapping }: Given = {}) {
  const results = await checkMappings({
    folder,
    definitions: [definitionOf(`${text}tests:\n${tests.map((test) => `  - ${test}\n`).join('')}`)],
    vars: { site: 'example.com' },
    interprets: false,
    destinations: Object.entries(names).map(([name, destination]) => ({
      name,
      destination,
      settings: destination.sample,
    })),
    describe: (_source: string, body: Json, { kind }: GivenBeside) =>
      body === 'unreadable' || (typeof body === 'object' && body !== null && 'unreadable' in body)
        ? undefined
        : { type: kind ?? 'order.paid', externalId: 'ext_1', occurredAt, item: null },
  });
  return Object.fromEntries(results.map(({ name, failures }) => [name, failures.map(({ message }) => message)]));
}

describe('the tests of a mapping', () => {
  it('pass when everything is as they say', async () => {
    const results = await check([
      '{ name: a part, given: { user: u1, plan: pro }, expect: { segment: { userId: u1, properties: { plan: pro } } } }',
      '{ name: what must not be there, given: { user: u1 }, expect: { segment: { properties: { plan: (absent) } } } }',
      '{ name: a destination skipped, given: { user: u1, plan: free }, expect: { segment: {}, console: skipped } }',
      '{ name: all skipped, given: { user: u1, paid: false }, expect: skipped }',
      '{ name: skipped each, given: { user: u1, paid: false }, expect: { segment: skipped, console: skipped } }',
      '{ name: another type, type: refund.made, given: { user: u1 }, expect: skipped }',
      '{ name: its kind, type: order.kind, given: { user: u1 }, expect: { segment: { properties: { kind: order.kind } } } }',
      '{ name: headers, headers: { X-Visitor: v1 }, given: {}, expect: { segment: { anonymousId: v1, userId: (absent) } } }',
      '{ name: vars and a fixed now, given: { user: u1 }, expect: { segment: { properties: { site: example.com, at: "2026-01-01T12:00:00.000Z" } } } }',
      '{ name: the time of the source, given: { user: u1 }, expect: { segment: { timestamp: "2026-02-28T23:59:59.500Z" } } }',
    ]);
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((name) => [name, []])));
    expect(Object.keys(results)).toHaveLength(10);
  });

  it('fail with a sentence for everything that is not', async () => {
    expect(
      await check([
        '{ name: values, given: { user: u1, plan: pro }, expect: { segment: { userId: u2, properties: { plan: (absent), site: x } } } }',
        '{ name: not skipped, given: { user: u1, plan: pro }, expect: skipped }',
        '{ name: one not skipped, given: { user: u1, plan: pro }, expect: { console: skipped } }',
        '{ name: skipped, given: { user: u1, paid: false }, expect: { segment: {} } }',
        '{ name: one skipped, given: { user: u1 }, expect: { console: {} } }',
        '{ name: no match, type: refund.made, given: { user: u1 }, expect: { segment: {} } }',
        '{ name: nowhere, given: { user: u1 }, expect: { usermaven: {} } }',
        '{ name: about nobody, given: {}, expect: { segment: {} } }',
        '{ name: failed is not skipped, given: {}, expect: skipped }',
        '{ name: unreadable, given: { unreadable: true }, expect: skipped }',
      ]),
    ).toEqual({
      values: [
        'segment.userId: expected "u2", got "u1"',
        'segment.properties.plan: expected it to be absent, got "pro"',
        'segment.properties.site: expected "x", got "example.com"',
      ],
      'not skipped': ['expected skipped, but it goes to segment, console'],
      'one not skipped': ['console: expected skipped, but it got a payload'],
      skipped: ['segment: no payload; the mapping skipped: =$not(paid = false) gives false'],
      'one skipped': ['console: no payload; =plan = "pro" gives false'],
      'no match': ['segment: no payload; the mapping does not match this event type'],
      nowhere: ['usermaven: no payload; the mapping does not send to it'],
      'about nobody': [expect.stringContaining('event.user: has neither id nor anonymous_id')],
      'failed is not skipped': [expect.stringContaining('event.user')],
      unreadable: ['the source cannot read this body; is it one event as the source sends it?'],
    });
  });

  it('compare the whole payload where they say so', async () => {
    const text =
      'event: { name: A, user: { id: =user } }\ndestinations: { segment: { payload: { type: track, event: A, userId: =user, messageId: m1 } } }\n';
    expect(
      await check(
        [
          '{ name: whole, given: { user: u1 }, expect_exactly: { segment: { type: track, event: A, userId: u1, messageId: m1 } } }',
          '{ name: less, given: { user: u1 }, expect_exactly: { segment: { type: track, event: A, userId: u1 } } }',
          '{ name: none, given: { user: u1 }, expect_exactly: { console: {} } }',
        ],
        { mapping: text },
      ),
    ).toEqual({
      whole: [],
      less: ['segment.messageId: not expected, got "m1"'],
      none: ['console: no payload; the mapping does not send to it'],
    });
  });

  it('fail when the destination would refuse the payload, whatever they expect', async () => {
    const text =
      'event: { name: A, user: { id: =user } }\ndestinations: { usermaven: { merge: { event_type: =type, _timestamp: 5 } } }\n';
    const { refused } = await check(
      ['{ name: refused, given: { user: u1, type: Paid }, expect: { usermaven: { event_type: Paid } } }'],
      {
        mapping: text,
      },
    );
    expect(refused).toEqual(['usermaven._timestamp: must be milliseconds since 1970']);
  });

  it('name the expression of a destination that goes wrong, once', async () => {
    const text = 'event: { name: A, user: { id: =user } }\ndestinations: { console: { merge: { x: =1 + user } } }\n';
    const { wrong } = await check(['{ name: wrong, given: { user: u1 }, expect: { console: {} } }'], { mapping: text });
    expect(wrong).toEqual([
      'destinations.console.merge.x: The right side of the "+" operator must evaluate to a number',
    ]);
  });

  it('run for a mapping that is not enabled, too', async () => {
    const results = await check(['{ name: a, given: { user: u1 }, expect: { segment: { userId: u1 } } }'], {
      mapping: `enabled: false\n${mapping}`,
    });
    expect(results).toEqual({ a: [] });
  });

  it('tell when a mapping never ends', async () => {
    const text = "event: { name: A, user: { id: '=$match(text, /^(a+)+$/)' } }\ndestinations: [console]\n";
    const { slow } = await check([`{ name: slow, given: { text: "${'a'.repeat(40)}!" }, expect: skipped }`], {
      mapping: text,
    });
    expect(slow).toEqual(['evaluation took longer than 1000 ms and was stopped']);
  });
});

describe('the body that a test gives', () => {
  it('may be a file, and may be changed first', async () => {
    const folder = await temporaryFolder({
      'fixtures/order.json': '{ "user": "u1", "plan": "pro", "extra": { "a": 1, "b": [1, 2] } }',
    });
    expect(
      await check(
        [
          '{ name: as it is, given: fixtures/order.json, expect: { segment: { userId: u1, properties: { extra: { a: 1 } } } } }',
          '{ name: changed, given: fixtures/order.json, change: { plan: null, extra: { a: 2, b: [3] } }, expect: { segment: { properties: { plan: (absent), extra: { a: 2, b: [3] } } } } }',
          '{ name: changed here, given: { user: u1 }, change: { user: u2 }, expect: { segment: { userId: u2 } } }',
        ],
        { folder },
      ),
    ).toEqual({ 'as it is': [], changed: [], 'changed here': [] });
  });

  it('fails its own test when it cannot be read, and no other', async () => {
    const folder = await temporaryFolder({ 'fixtures/broken.json': '{ "user": ' });
    const results = await check(
      [
        '{ name: missing, given: fixtures/nowhere.json, expect: skipped }',
        '{ name: broken, given: fixtures/broken.json, expect: skipped }',
        '{ name: a folder, given: fixtures, expect: skipped }',
        '{ name: fine, given: { user: u1 }, expect: { segment: {} } }',
      ],
      { folder },
    );
    expect(results).toEqual({
      missing: ['given: fixtures/nowhere.json is not there'],
      broken: [expect.stringMatching(/^given: fixtures\/broken\.json is not JSON/)],
      'a folder': ['given: fixtures is not a plain file'],
      fine: [],
    });
  });

  it.each(['../secret.json', '/etc/hostname', 'fixtures/../../secret.json', './../secret.json'])(
    'is not read from outside of the mappings folder: %s',
    async (given) => {
      const outside = await temporaryFolder({ 'secret.json': '{ "user": "u1" }', 'mappings/a.txt': '' });
      const results = await check([`{ name: outside, given: ${given}, expect: skipped }`], {
        folder: `${outside}/mappings`,
      });
      expect(results).toEqual({ outside: [`given: ${given} is outside the mappings folder`] });
    },
  );
});
