import { describe, expect, it } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import { checkMappings } from '../../src/mapping/check.ts';
import type { TestFailure } from '../../src/mapping/test-failure.ts';
import { definitionOf, occurredAt } from './definitions.ts';

const { usermaven, vemetric, umami, segment } = destinations;

/** The failures of each of a mapping's tests. */
async function failuresOfAll(mapping: string, tests: readonly string[]): Promise<readonly (readonly TestFailure[])[]> {
  const entries = tests.map((test) => `  - { name: a, given: ${test} }\n`);
  const results = await checkMappings({
    folder: '.',
    definitions: [definitionOf(`${mapping}tests:\n${entries.join('')}`)],
    vars: {},
    interprets: false,
    destinations: Object.entries({ usermaven, vemetric, umami, segment }).map(([name, destination]) => ({
      name,
      destination,
      settings: destination.sample,
    })),
    describe: (_source, _body, { kind }) => ({
      type: kind ?? 'order.paid',
      externalId: 'ext_1',
      occurredAt,
      item: null,
    }),
  });
  return results.map(({ failures }) => failures);
}

const failuresOf = async (mapping: string, test: string): Promise<readonly TestFailure[]> =>
  (await failuresOfAll(mapping, [test]))[0] ?? [];

type Row = readonly [what: string, test: string, origins: readonly string[]];

/** With what came of each row's test; all of them run at once. */
async function withFailures(mapping: string, rows: readonly Row[]) {
  const all = await failuresOfAll(
    mapping,
    rows.map(([, test]) => test),
  );
  return rows.map(([what, , origins], index) => ({ what, origins, failures: all[index] ?? [] }));
}

/** `place ← what is written there`, nearest first. */
const originsIn = (failures: readonly TestFailure[]): readonly string[] =>
  failures.flatMap(({ from }) =>
    from.map(({ path, written }) => `${path.join('.')} ← ${written?.text ?? '(default)'}`),
  );

const mapping = `
let:
  order: =data
  mail: =$lowercase($order.email)
event:
  name: Order Paid
  id: =id
  user: { id: =user, email: =$mail, name: =who }
  revenue: =$money(amount, "usd")
  attributes: { plan: =$order.plan, deep: { er: =deep }, list: [1, =two] }
  context: { url: =page }
destinations:
  usermaven:
  vemetric:
  umami: { merge: { payload: { url: =$event.context.url, title: Paid, tag: =data.tag } } }
  segment: { payload: { type: track, event: =data.name, userId: =user, properties: '={ "plan": $order.plan }' } }
`;
const given =
  '{ id: o1, user: u1, who: Ada Lovelace, amount: 2900, deep: 5, two: 2, page: "https://a.example/b?c=d", data: { email: ADA@EXAMPLE.COM, plan: pro, name: N } }';

const expectations: readonly Row[] = [
  ['the event name', 'usermaven: { event_type: X }', ['event.name ← Order Paid']],
  ['an id', 'usermaven: { user: { id: X } }', ['event.user.id ← =user']],
  [
    'a name of let, behind which it goes on',
    'usermaven: { user: { email: X } }',
    ['event.user.email ← =$mail', 'let.mail ← =$lowercase($order.email)'],
  ],
  [
    'a part of what one expression yields',
    'usermaven: { event_attributes: { revenue: 1 } }',
    ['event.revenue.amount ← =$money(amount, "usd")'],
  ],
  ['its other part', 'vemetric: { customData: { currency: X } }', ['event.revenue.currency ← =$money(amount, "usd")']],
  ['a shorthand of let', 'vemetric: { customData: { plan: X } }', ['event.attributes.plan ← =$order.plan']],
  ['a nested value', 'usermaven: { event_attributes: { deep: { er: X } } }', ['event.attributes.deep.er ← =deep']],
  ['an item of a list', 'usermaven: { event_attributes: { list: [1, 3] } }', ['event.attributes.list.1 ← =two']],
  ['what a destination splits', 'usermaven: { user: { last_name: X } }', ['event.user.name ← =who']],
  ['what a destination takes apart', 'usermaven: { doc_host: X }', ['event.context.url ← =page']],
  ['a time in another unit', 'umami: { payload: { timestamp: 1 } }', ['event.timestamp ← (default)']],
  ['an id that is hashed', 'usermaven: { event_id: X }', ['event.id ← =id']],
  [
    'a change, and what it takes from the event',
    'umami: { payload: { url: X } }',
    ['destinations.umami.merge.payload.url ← =$event.context.url', 'event.context.url ← =page'],
  ],
  ['a literal change', 'umami: { payload: { title: X } }', ['destinations.umami.merge.payload.title ← Paid']],
  [
    'a change that came to nothing',
    'umami: { payload: { tag: X } }',
    ['destinations.umami.merge.payload.tag ← =data.tag'],
  ],
  ['a payload of its own', 'segment: { event: X }', ['destinations.segment.payload.event ← =data.name']],
  [
    'a block of a payload of its own',
    'segment: { properties: { plan: X } }',
    ['destinations.segment.payload.properties.plan ← ={ "plan": $order.plan }'],
  ],
  ['what the destination adds of itself', 'usermaven: { src: X }', []],
];
const fields = await withFailures(
  mapping,
  expectations.map(([what, expectation, origins]) => [what, `${given}, expect: { ${expectation} }`, origins]),
);

const nothings = await withFailures(mapping.replace('=$lowercase($order.email)', '=$order.email'), [
  [
    'nothing where an id should be',
    '{ user: u1, data: { name: N } }, expect: { usermaven: { user: { first_name: X } } }',
    ['event.user.name ← =who'],
  ],
  [
    'nothing where a block should be',
    '{ user: u1, data: { name: N } }, expect: { usermaven: { event_attributes: { revenue: 29 } } }',
    ['event.revenue.amount ← =$money(amount, "usd")'],
  ],
]);

const conditional = `events: order.*
when: =paid
event: { name: A, user: { id: '=user ?? $skip("nobody")' } }
destinations: { usermaven: { when: =big }, segment: }
`;
const decisions = await withFailures(conditional, [
  ['when', '{ paid: false, user: u }, expect: { segment: {} }', ['when ← =paid']],
  ['a $skip', '{ paid: true }, expect: { segment: {} }', ['event.user.id ← =user ?? $skip("nobody")']],
  [
    'a when of one destination',
    '{ paid: true, user: u }, expect: { usermaven: {} }',
    ['destinations.usermaven.when ← =big'],
  ],
  ['the event types', '{ paid: true, user: u }, type: refund, expect: { segment: {} }', ['events ← order.*']],
  ['a when that lets it through', '{ paid: true, user: u }, expect: skipped', ['when ← =paid']],
  [
    'a when of one destination that lets it through',
    '{ paid: true, big: true, user: u }, expect: { usermaven: skipped }',
    ['destinations.usermaven.when ← =big'],
  ],
]);

describe('a failure points at what in the mapping a field comes from', () => {
  it.each(fields)('$what', ({ failures, origins }) => {
    expect(originsIn(failures)).toEqual(origins);
  });

  it.each(nothings)('$what', ({ failures, origins }) => {
    expect(originsIn(failures)).toEqual(origins);
  });

  it('a whole block of attributes that lacks a key', async () => {
    const text = 'event: { name: A, user: { id: =user }, attributes: =data }\ndestinations: [usermaven, segment]\n';
    const test = '{ user: u1, data: { a: 1 } }, expect: { usermaven: { event_attributes: { plan: pro } } }';
    expect(originsIn(await failuresOf(text, test))).toEqual(['event.attributes.plan ← =data']);
  });

  it('and says what the data has to do with it, once', async () => {
    const test = `${given.replace('plan:', 'plam:')}, expect: { vemetric: { customData: { plan: pro } } }`;
    const [failure] = await failuresOf(mapping, test);
    expect(failure?.from).toEqual([expect.objectContaining({ why: expect.stringContaining('did you mean "plam"?') })]);
  });
});

describe('a failure points at what decided', () => {
  it.each(decisions)('$what', ({ failures, origins }) => {
    expect(originsIn(failures)).toEqual(origins);
  });

  it('the expression that goes wrong', async () => {
    const text = 'event: { name: A, user: { id: =1 + user } }\ndestinations: [segment]\n';
    expect(originsIn(await failuresOf(text, '{ user: u }, expect: { segment: {} }'))).toEqual([
      'event.user.id ← =1 + user',
    ]);
  });

  it('each expression that came to nothing where one value is needed, and why', async () => {
    const text =
      'let: { buyer: =data.buyer.id }\nevent: { name: A, user: { id: =data.custmer, anonymous_id: =$buyer, email: =mail } }\ndestinations: [segment]\n';
    const failures = await failuresOf(text, '{ data: { customer: c1 } }, expect: { segment: {} }');
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('has neither id nor anonymous_id'),
    ]);
    expect(failures.flatMap(({ from }) => from)).toEqual([
      {
        ...{ path: ['event', 'user', 'id'], written: { path: ['event', 'user', 'id'], text: '=data.custmer' } },
        why: '"custmer" is not in data; did you mean "customer"?',
      },
      {
        path: ['event', 'user', 'anonymous_id'],
        written: { path: ['event', 'user', 'anonymous_id'], text: '=$buyer' },
      },
      {
        ...{ path: ['let', 'buyer'], written: { path: ['let', 'buyer'], text: '=data.buyer.id' } },
        why: expect.stringContaining('"buyer" is not in data'),
      },
    ]);
  });

  it('a name that came to nothing, and the block itself where nothing in it could be there', async () => {
    const named = 'event: { name: =titel, user: { id: u } }\ndestinations: [segment]\n';
    expect(await failuresOf(named, '{ title: A }, expect: { segment: {} }')).toMatchObject([
      { from: [{ path: ['event', 'name'], why: expect.stringContaining('did you mean "title"?') }] },
    ]);
    const nobody = 'event: { name: A, user: { email: =mail } }\nstitch: [email]\ndestinations: [segment]\n';
    expect(originsIn(await failuresOf(nobody, '{ a: 1 }, expect: { segment: {} }'))).toEqual([
      'event.user ← {"email":"=mail"}',
    ]);
  });

  it('the line of a payload that its destination would refuse', async () => {
    const text =
      'event: { name: =name, user: { id: =user } }\ndestinations: { umami: { merge: { payload: { hostname: =host } } } }\n';
    const test = `{ user: u, name: ${'x'.repeat(60)}, host: "a b" }, expect: { umami: {} }`;
    const failures = await failuresOf(text, test);
    expect(failures.map(({ kind, field }) => [kind, field])).toEqual([
      ['refused', 'umami.payload.hostname'],
      ['refused', 'umami.payload.name'],
    ]);
    expect(originsIn(failures)).toEqual(['destinations.umami.merge.payload.hostname ← =host', 'event.name ← =name']);
  });

  it('where the test says so', async () => {
    const failures = await failuresOf(
      mapping,
      `${given}, expect: { usermaven: { event_attributes: { list: [1, 3] } } }`,
    );
    expect(failures.map(({ says, field, expected, received }) => ({ says, field, expected, received }))).toEqual([
      {
        says: ['expect', 'usermaven', 'event_attributes', 'list', 1],
        field: 'usermaven.event_attributes.list[1]',
        expected: 3,
        received: 2,
      },
    ]);
  });

  it('among the items of for_each, the first that goes there', async () => {
    const text =
      'for_each: =items\nevent: { name: =$item.name, user: { id: =user } }\ndestinations: { usermaven: { when: =$item.go } }\n';
    const test = '{ user: u, items: [{ name: A }, { name: B, go: true }] }, expect: { usermaven: { event_type: X } }';
    expect(await failuresOf(text, test)).toEqual([
      expect.objectContaining({ received: 'B', from: [expect.objectContaining({ path: ['event', 'name'] })] }),
    ]);
  });
});
