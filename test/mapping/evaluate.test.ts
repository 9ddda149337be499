import { describe, expect, it } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import { destinations } from '../../src/destinations/index.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import type { EvaluationContext, EvaluationInput } from '../../src/mapping/evaluation.ts';
import { publicSettings } from '../../src/mapping/public-settings.ts';
import type { DestinationResult, EvaluatedRun, RunItem } from '../../src/mapping/run.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { inputOf, mappingOf } from './definitions.ts';

const allDestinations: Readonly<Record<string, Destination>> = destinations;
const context: EvaluationContext = {
  vars: { site: 'example.com', limits: { max: 5 } },
  destinations: new Map(
    Object.entries(allDestinations).map(([name, destination]) => [
      name,
      { destination, settings: { ...destination.sample, ...publicSettings(destination, destination.sample) } },
    ]),
  ),
};

const run = (text: string, body: Json = {}, changes: Partial<EvaluationInput> = {}): Promise<EvaluatedRun> =>
  evaluateMapping(mappingOf(text), inputOf(body, changes), context);

async function itemsOf(
  text: string,
  body: Json = {},
  changes: Partial<EvaluationInput> = {},
): Promise<readonly RunItem[]> {
  const ended = await run(text, body, changes);
  if (ended.outcome !== 'translated') throw new Error(JSON.stringify(ended));
  return ended.items;
}

async function resultsOf(
  text: string,
  body: Json = {},
  changes: Partial<EvaluationInput> = {},
): Promise<readonly DestinationResult[]> {
  return (await itemsOf(text, body, changes)).flatMap(({ results }) => results);
}

async function payloadOf(text: string, body: Json = {}, changes: Partial<EvaluationInput> = {}): Promise<JsonObject> {
  const [result] = await resultsOf(text, body, changes);
  if (result?.outcome !== 'payload') throw new Error(JSON.stringify(result));
  return result.payload;
}

const event = 'event: { name: Paid, user: { id: u1 } }\n';
const shown = (expression: string): string =>
  `event: { name: Paid, user: { id: u1 }, attributes: { shown: '${expression}' } }\ndestinations: [console]\n`;
const show = async (expression: string, changes: Partial<EvaluationInput> = {}): Promise<Json | undefined> =>
  ((await payloadOf(shown(expression), { a: 1 }, changes)).attributes as JsonObject).shown;

describe('which events a mapping is for', () => {
  it.each([
    [undefined, 'anything', true],
    ['order.paid', 'order.paid', true],
    ['order.paid', 'order.paid.late', false],
    ['order.*', 'order.paid', true],
    ['order.*', 'orders', false],
    ['"*"', 'anything', true],
    ['[order.paid, "customer.*.deleted"]', 'customer.subscription.deleted', true],
    ['[order.paid, "customer.*.deleted"]', 'customer.deleted', false],
  ])('events: %s for %s is %j', (events, type, matches) => {
    const mapping = mappingOf(`${events === undefined ? '' : `events: ${events}\n`}${event}destinations: [console]\n`);
    expect(mapping.matches(type)).toBe(matches);
  });
});

describe('when', () => {
  it.each([
    ['=paid', { paid: true }],
    ['=amount > 0', { amount: 1 }],
    ['true', {}],
  ])('%s lets the event through', async (condition, body) => {
    expect((await run(`when: ${condition}\n${event}destinations: [console]\n`, body)).outcome).toBe('translated');
  });

  it.each<[string, JsonObject, string]>([
    ['=paid', { paid: false }, '=paid gives false'],
    ['=paid', { paid: 'true' }, '=paid gives something other than true'],
    ['=paid', { paid: 1 }, '=paid gives something other than true'],
    ['=paid', { paid: [true] }, '=paid gives something other than true'],
    ['=paid', {}, '=paid gives nothing'],
    ['=paid', { paid: null }, '=paid gives something other than true'],
    ['=amount > 0', { amount: 0 }, '=amount > 0 gives false'],
    ['false', {}, 'when gives false'],
  ])('%s of %j is not exactly true, and says so without the value', async (condition, body, reason) => {
    expect(await run(`when: ${condition}\n${event}destinations: [console]\n`, body)).toMatchObject({
      outcome: 'skipped',
      reason,
    });
  });

  it('decides before the event is made', async () => {
    const text = `when: =false\nevent: { name: Paid, user: { id: '=$require(missing, "no id")' } }\ndestinations: [console]\n`;
    expect((await run(text)).outcome).toBe('skipped');
  });

  it('of a destination decides for that destination alone', async () => {
    const text = `${event}destinations:\n  console: { when: =paid }\n  segment:\n  usermaven: { when: =$event.name = "Paid" }\n`;
    expect(await resultsOf(text, { paid: false })).toMatchObject([
      { destination: 'console', outcome: 'skipped', reason: '=paid gives false' },
      { destination: 'segment', outcome: 'payload' },
      { destination: 'usermaven', outcome: 'payload' },
    ]);
  });
});

describe('let', () => {
  it('names values in order, for everything after it', async () => {
    const text = [
      'let:',
      '  invoice: =data.object',
      '  label: ="No. " & $invoice.number',
      '  stages: { lead: Lead, won: =$invoice.won }',
      'when: =$invoice.paid',
      'event: { name: =$label, user: { id: =$invoice.user }, attributes: { stage: =$stages.won } }',
      'destinations: { console: { merge: { extra: =$label } } }',
      '',
    ].join('\n');
    const body = { data: { object: { number: 7, paid: true, user: 'u7', won: 'Customer' } } };
    expect(await payloadOf(text, body)).toMatchObject({
      name: 'No. 7',
      user: { id: 'u7' },
      attributes: { stage: 'Customer' },
      extra: 'No. 7',
    });
  });

  it('may end the run', async () => {
    const text = `let:\n  user: =user ?? $skip("nobody")\n${event}destinations: [console]\n`;
    expect(await run(text)).toMatchObject({ outcome: 'skipped', reason: 'nobody' });
  });

  it('may go wrong, and is named', async () => {
    const text = `let:\n  a: { b: =1 + $meta.type }\n${event}destinations: [console]\n`;
    expect(await run(text)).toMatchObject({ outcome: 'failed', path: 'let.a.b' });
  });
});

describe('what expressions see', () => {
  it.each<[string, string, Json]>([
    ['the body', '=a & $.a & $$.a & $body.a', '1111'],
    ['headers', '=$headers."x-shop"', 'berlin'],
    ['the query', '=$query.lang & $query.empty & $query.`a b`', 'en&='],
    ['vars', '=$vars.site & $vars.limits.max', 'example.com5'],
    [
      'the event',
      '=$meta.event_id & " " & $meta.source & " " & $meta.type & " " & $meta.kind',
      'evt_1 shop order.paid post_call',
    ],
    ['its times', '=$meta.occurred_at & $meta.received_at', '2026-02-28T23:59:59.500Z2026-03-01T10:00:00.000Z'],
    ["the sender's id and the mapping", '=$meta.external_id & $meta.mapping', 'ext_1a.yaml'],
    ['now: when the event was received', '=$now()', '2026-03-01T10:00:00.000Z'],
  ])('is %s', async (_what, expression, value) => {
    const changes = {
      headers: { 'x-shop': 'berlin' },
      url: '/in/shop/post_call?lang=en&empty=&a+b=%26%3D',
      kind: 'post_call',
    };
    expect(await show(expression.replaceAll("'", "''"), changes)).toEqual(value);
  });

  it('is no query where the URL has none', async () => {
    expect(await show('=$count($keys($query))')).toBe(0);
  });

  it('is under destinations also the event as it goes out, and the settings of that destination', async () => {
    const text = `${event}destinations:\n  segment: { merge: { seen: =$event.name & " " & $config.flavor & " " & $config.url } }\n`;
    expect((await payloadOf(text)).seen).toBe('Paid segment https://api.segment.io');
  });

  it('is never a secret', () => {
    const public_ = Object.values(allDestinations).map((destination) => {
      const settings = publicSettings(destination, destination.sample);
      return [destination.name, destination.secrets.filter((secret) => Object.hasOwn(settings, secret))];
    });
    expect(public_).toEqual(Object.keys(allDestinations).map((name) => [name, []]));
    expect(publicSettings(destinations.segment, destinations.segment.sample)).toMatchObject({ flavor: 'segment' });
  });
});

describe('for_each', () => {
  const text =
    'for_each: =lines\nevent: { name: =$item.name, id: =$$.id & "-" & $index, user: { id: =$item.user } }\ndestinations: [console]\n';
  const line = (name: string) => ({ name, user: 'u1' });

  it('makes one event of each item', async () => {
    const items = await itemsOf(text, { id: 'o1', lines: [line('A'), line('B'), line('C')] });
    expect(items.map((item) => [item.event?.name, item.event?.id])).toEqual([
      ['A', 'o1-0'],
      ['B', 'o1-1'],
      ['C', 'o1-2'],
    ]);
  });

  it.each([
    ['a list of one', { lines: [line('A')] }],
    ['the only item, as JSONata gives it', { lines: line('A') }],
  ])('makes one event of %s', async (_what, body) => {
    expect((await itemsOf(text, body)).map((item) => item.event?.name)).toEqual(['A']);
  });

  it('takes the only match of a filter for a list of one', async () => {
    const filtered = text.replace('=lines', '=lines[name = "B"]');
    expect(await itemsOf(filtered, { lines: [line('A'), line('B')] })).toHaveLength(1);
  });

  it.each([{}, { lines: null }, { lines: [] }])('of %j skips', async (body) => {
    expect(await run(text, body)).toMatchObject({ outcome: 'skipped', reason: 'for_each yields no items' });
  });

  it('gives every item an outgoing id of its own', async () => {
    const same = text.replace('id: =$$.id & "-" & $index, ', 'id: =$$.id, ');
    const results = await resultsOf(same, { id: 'o1', lines: [line('A'), line('B')] });
    const ids = results.map((result) => (result.outcome === 'payload' ? result.outgoingId : ''));
    expect(new Set(ids).size).toBe(2);
  });

  it('lets one item skip or fail without the others', async () => {
    const lines = [line('A'), { name: 'no user' }, line('C')];
    const skipping = text.replace('=$item.user', '=$item.user ?? $skip("nobody")');
    expect((await resultsOf(skipping, { lines })).map(({ outcome }) => outcome)).toEqual([
      'payload',
      'skipped',
      'payload',
    ]);
    expect(await resultsOf(text, { lines })).toMatchObject([
      { outcome: 'payload' },
      { destination: 'console', outcome: 'failed', path: 'event.user' },
      { outcome: 'payload' },
    ]);
  });

  it('may be absent: $item is then unknown', () => {
    expect(() => mappingOf(text.replace('for_each: =lines\n', ''))).toThrow('unknown variable $item');
  });
});

describe('destinations', () => {
  it.each([
    ['a list', 'destinations: [console, segment]\n'],
    ['a map', 'destinations:\n  console: {}\n  segment: {}\n'],
    ['a map without anything in it', 'destinations:\n  console:\n  segment:\n'],
  ])('may be %s', async (_form, text) => {
    expect((await resultsOf(event + text)).map(({ destination, outcome }) => [destination, outcome])).toEqual([
      ['console', 'payload'],
      ['segment', 'payload'],
    ]);
  });

  it('that are off are skipped, each with the reason', async () => {
    const ended = await evaluateMapping(mappingOf(`${event}destinations: [console, segment]\n`), inputOf({}), {
      ...context,
      destinations: new Map([...context.destinations].filter(([name]) => name !== 'segment')),
    });
    expect(ended.outcome === 'translated' ? ended.items[0]?.results[1] : ended).toEqual({
      destination: 'segment',
      outcome: 'skipped',
      reason: 'destination "segment" is not configured',
    });
  });

  it.each([
    [
      'fails',
      '=$require(missing, "no plan")',
      { outcome: 'failed', path: 'destinations.console.merge.plan', message: 'no plan' },
    ],
    ['skips', '=$skip("no plan")', { outcome: 'skipped', reason: 'no plan' }],
    ['goes wrong', '=1 + $meta.type', { outcome: 'failed', path: 'destinations.console.merge.plan' }],
  ])('do not suffer from one that %s', async (_what, expression, ended) => {
    const text = `${event}destinations:\n  usermaven:\n  console: { merge: { plan: '${expression}' } }\n  segment:\n`;
    expect(await resultsOf(text)).toMatchObject([
      { destination: 'usermaven', outcome: 'payload' },
      { destination: 'console', ...ended },
      { destination: 'segment', outcome: 'payload' },
    ]);
  });

  it('that have no call for such an event skip it', async () => {
    const text = 'event: { type: alias, user: { id: u1, previous_id: a1 } }\ndestinations: [usermaven, segment]\n';
    expect(await resultsOf(text)).toMatchObject([
      { outcome: 'skipped', reason: expect.stringContaining('alias') },
      { outcome: 'payload' },
    ]);
  });
});

describe('merge', () => {
  const merged = (merge: string, body: Json = {}) =>
    payloadOf(
      `event: { name: Paid, user: { id: u1 }, attributes: { a: 1, b: 2 } }\ndestinations:\n  console:\n    merge: ${merge}\n`,
      body,
    );

  it('changes what it names and keeps the rest', async () => {
    expect(await merged('{ attributes: { b: 3, c: =c }, extra: [1] }', { c: { d: 4 } })).toMatchObject({
      name: 'Paid',
      attributes: { a: 1, b: 3, c: { d: 4 } },
      extra: [1],
    });
  });

  it('removes a field where it says null', async () => {
    expect((await merged('{ attributes: { a: null } }')).attributes).toEqual({ b: 2 });
  });

  it('keeps a field where an expression comes to nothing or to null', async () => {
    expect((await merged('{ attributes: { a: =missing, b: =none } }', { none: null })).attributes).toEqual({
      a: 1,
      b: 2,
    });
  });
});

describe('payload', () => {
  const made = (payload: string, body: Json = {}) =>
    resultsOf(`destinations:\n  usermaven:\n    payload: ${payload}\n`, body);

  it('is exactly what it says, of a mapping that needs no event', async () => {
    const items = await itemsOf(
      'destinations:\n  usermaven:\n    payload: { type: =kind, list: [1, =kind], deep: { a: "==b" } }\n',
      { kind: 'x' },
    );
    expect(items).toStrictEqual([
      {
        results: [
          {
            destination: 'usermaven',
            outcome: 'payload',
            outgoingId: expect.any(String),
            payload: { type: 'x', list: [1, 'x'], deep: { a: '=b' } },
          },
        ],
      },
    ]);
  });

  it('may be one expression', async () => {
    expect(await made('\'={ "a": a, "b": missing }\'', { a: 1 })).toMatchObject([{ payload: { a: 1 } }]);
  });

  it('is stripped of null', async () => {
    expect(await made('{ a: null, b: =none, c: { d: null, e: 1 } }', { none: null })).toMatchObject([
      { payload: { c: { e: 1 } } },
    ]);
  });

  it.each([
    ['nothing', '=missing'],
    ['a text', '=text'],
    ['a list', '=list'],
  ])('cannot be %s', async (_what, expression) => {
    expect(await made(`'${expression}'`, { text: 'a', list: [1] })).toEqual([
      {
        destination: 'usermaven',
        outcome: 'failed',
        path: 'destinations.usermaven',
        message: 'yields no payload: it must be a block of keys',
      },
    ]);
  });

  it('may stand beside the standard translation of another destination', async () => {
    const text = `${event}destinations:\n  console: { payload: { only: this } }\n  segment:\n`;
    expect(await resultsOf(text)).toMatchObject([{ payload: { only: 'this' } }, { payload: { event: 'Paid' } }]);
  });
});

describe('null', () => {
  it('reaches a destination that removes traits by it, and no other', async () => {
    const text =
      'event: { type: identify, user: { id: u1, traits: { plan: =plan, a: 1 } } }\ndestinations: [segment, usermaven]\n';
    const [segment, usermaven] = await resultsOf(text, { plan: null });
    expect(segment).toMatchObject({ payload: { traits: { plan: null, a: 1 } } });
    expect(JSON.stringify(usermaven)).not.toContain('null');
  });
});

describe('the event', () => {
  it('may be one expression', async () => {
    const text =
      'event: |\n  ={\n    "name": "Order " & id,\n    "user": { "id": user }\n  }\ndestinations: [console]\n';
    expect(await payloadOf(text, { id: 5, user: 'u1' })).toMatchObject({ name: 'Order 5', user: { id: 'u1' } });
  });

  it('fails the whole run when it lacks what it needs, with the place', async () => {
    expect(await run('event: { name: Paid, user: { id: =user } }\ndestinations: [console, segment]\n')).toMatchObject({
      outcome: 'failed',
      path: 'event.user',
    });
    expect(await run('event: { name: Paid, user: { id: =$number("x") } }\ndestinations: [console]\n')).toMatchObject({
      outcome: 'failed',
      path: 'event.user.id',
    });
  });

  it('skips the whole run with $skip', async () => {
    const text = `event: { name: Paid, user: { id: '=user ?? $skip("hidden caller")' } }\ndestinations: [console, segment]\n`;
    expect(await run(text)).toEqual({
      mapping: { file: 'a.yaml', version: expect.any(String) },
      outcome: 'skipped',
      reason: 'hidden caller',
    });
  });
});

describe('outgoing ids', () => {
  const text = 'event: { name: Paid, id: =id, user: { id: u1 } }\ndestinations: [segment, usermaven]\n';
  const idsOf = async (
    mapping: string,
    body: Json,
    changes: Partial<EvaluationInput> = {},
    file = 'a.yaml',
  ): Promise<readonly string[]> => {
    const ended = await evaluateMapping(mappingOf(mapping, file), inputOf(body, changes), context);
    const results = ended.outcome === 'translated' ? ended.items.flatMap((item) => item.results) : [];
    return results.flatMap((result) => (result.outcome === 'payload' ? [result.outgoingId] : []));
  };

  it('are the same at every try, whatever else the event holds', async () => {
    const ids = await idsOf(text, { id: 'o1' });
    expect(ids).toHaveLength(2);
    expect(await idsOf(text, { id: 'o1', later: true }, { id: 'evt_2', type: 'order.paid_again' })).toEqual(ids);
  });

  it('differ by destination, by the id of the event, by mapping file and by source', async () => {
    const ids = [
      ...(await idsOf(text, { id: 'o1' })),
      ...(await idsOf(text, { id: 'o2' })),
      ...(await idsOf(text, { id: 'o1' }, {}, 'b.yaml')),
      ...(await idsOf(text, { id: 'o1' }, { source: 'other' })),
    ];
    expect(new Set(ids).size).toBe(8);
  });

  it('follow the stored event where the mapping gives no id', async () => {
    expect(await idsOf(text, {}, { id: 'evt_1' })).toEqual(await idsOf(text, { id: 'evt_1' }));
    const payload = 'destinations:\n  segment: { payload: { a: 1 } }\n';
    expect(await idsOf(payload, {}, { id: 'evt_1' })).toEqual([(await idsOf(text, { id: 'evt_1' }))[0]]);
  });

  it('are in the payload where the vendor deduplicates', async () => {
    const [segment, usermaven] = await idsOf(text, { id: 'o1' });
    expect(await resultsOf(text, { id: 'o1' })).toMatchObject([
      { payload: { messageId: segment } },
      { payload: { event_id: usermaven } },
    ]);
  });
});

describe('one compiled mapping on many events at once', () => {
  it('mixes none of them up', async () => {
    const mapping = mappingOf(
      [
        'let:',
        '  total: =$sum($map(lines, function($line) { $line.price * $$.factor }))',
        '  later: =$map([1..3], function($n) { $now() & $string($n) & $$.id })[2]',
        'event:',
        '  name: =$reduce(lines.name, function($a, $b) { $a & "+" & $b }) & " of " & $$.id',
        '  user: { id: =$$.id, email: =$lowercase($$.id & "@EXAMPLE.COM") }',
        '  attributes:',
        '    total: =$total',
        '    later: =$later',
        '    first: =$filter(lines, function($line) { $line.name = $$.id & "a" }).price',
        'destinations: [console, segment]',
        '',
      ].join('\n'),
    );
    const bodyOf = (number: number) => ({
      id: `o${number}`,
      factor: number,
      lines: [
        { name: `o${number}a`, price: number },
        { name: `o${number}b`, price: 1 },
      ],
    });
    const runs: EvaluatedRun[] = [];
    // All at once would be a thousand times slower each, and the language's own time limit is a wall clock's.
    for (let from = 0; from < 1_000; from += 25) {
      const together = Array.from({ length: 25 }, (_, index) => {
        const number = from + index;
        const input = inputOf(bodyOf(number), { receivedAt: new Date(number * 1_000) });
        return evaluateMapping(mapping, input, context);
      });
      runs.push(...(await Promise.all(together)));
    }
    const seen = runs.map((ended) => (ended.outcome === 'translated' ? ended.items[0]?.event : ended));
    const wanted = runs.map((_, number) => ({
      name: `o${number}a+o${number}b of o${number}`,
      user: { id: `o${number}`, email: `o${number}@example.com` },
      attributes: {
        total: number * number + number,
        later: `${new Date(number * 1_000).toISOString()}3o${number}`,
        first: number,
      },
    }));
    expect(seen).toMatchObject(wanted);
  });
});
