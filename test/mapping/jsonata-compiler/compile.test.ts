import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/json.ts';
import { bothWays } from './both-ways.ts';

const parsed = (json: string): Json => JSON.parse(json) as Json;

const body = parsed(`{
  "id": "evt_1", "amount": 2900, "zero": 0, "empty": "", "none": null, "yes": true,
  "user": { "email": "Ada@Example.com", "tags": ["a", "b"], "one": ["x"], "nothing": [] },
  "lines": [
    { "sku": "p1", "price": 5, "sizes": ["s", "m"], "of": { "id": 1 } },
    { "sku": "p2", "price": 3, "sizes": [], "of": { "id": 2 } },
    { "sku": "p3", "price": 9, "sizes": ["l"] }
  ],
  "deep": [[{ "a": 1 }, { "a": 2 }], [{ "a": 3 }]],
  "tables": { "10": "ten", "2": "two", "and": "AND", "a b": "blank" }
}`);
const variables = { session: { mode: 'payment', list: [{ a: 1 }], total: 1e21 }, flags: ['a', 'b'], nobody: undefined };

/** What is compiled gives to the byte what the interpreter gives, without asking it. */
async function expectCovered(text: string, on: Json = body): Promise<void> {
  const both = await bothWays(text, on, variables);
  expect(both?.compiled).toBe(both?.interpreted);
  expect(both).toMatchObject({ isCovered: true });
}

/** What is not covered exactly is the interpreter's, its errors among it. */
async function expectLeft(text: string, on: Json = body): Promise<void> {
  const both = await bothWays(text, on, variables);
  expect(both?.compiled).toBe(both?.interpreted);
  expect(both).toMatchObject({ isCovered: false });
}

describe('compiled exactly as JSONata interprets it', () => {
  it.each([
    ...[
      'id',
      'user.email',
      'missing',
      'missing.deeper',
      'none',
      'none.deeper',
      'id.deeper',
      'tables.`10`',
      'tables.and',
    ],
    ...['lines.sku', 'lines.of.id', 'lines.sizes', 'lines[1].sizes', 'lines.sizes[0]', '(lines.sizes)[0]', 'deep.a'],
    ...[
      'deep',
      'deep[0].a',
      'user.one',
      'user.one.$',
      'user.nothing',
      'user.nothing.a',
      'lines.missing',
      '$.id',
      '$$.id',
    ],
  ])('a path: %s', async (text) => expectCovered(text));

  it.each([
    ...['lines[0].sku', 'lines[-1].sku', 'lines[7].sku', 'lines[price > 3].sku', 'lines[price > 100].sku'],
    ...['lines[sku = "p2"][0].price', 'lines[[0, 2]].sku', 'lines[1.9].sku', 'lines[$exists(of)].of.id', 'amount[0]'],
    ...[
      'amount[1]',
      'missing[true]',
      '$session.list[0].a',
      '$flags[1]',
      '$nobody[0]',
      '(lines.price)[-1]',
      'lines[[]]',
    ],
    ...['lines[sku][]', 'lines[]', 'id[]', 'user.one[]', 'missing[]', '$flags[]', 'lines[0][].sku', 'lines.sku[0][]'],
  ])('a filter: %s', async (text) => expectCovered(text));

  it.each([
    ...['amount + 1', 'amount / 0', 'zero * -1', '-amount', '-missing', 'amount % 7', 'missing + 1', '1 - missing'],
    ...['amount = 2900', 'amount = "2900"', 'missing = missing', 'missing != 1', 'none = null', 'user = user'],
    ...['user.tags = ["a", "b"]', 'user.tags != ["b", "a"]', '{} = []', 'amount > 5', '"b" >= "a"', 'missing < 1'],
    ...[
      '"a" in user.tags',
      '"a" in "a"',
      'missing in user.tags',
      '"a" in missing',
      'id & amount & none & missing & yes',
    ],
    ...[
      '0.1 + 0.2 & ""',
      '1e21 & ""',
      'user & user.tags',
      'yes and id',
      'zero or empty',
      'missing and yes',
      'yes or missing',
    ],
  ])('an operator: %s', async (text) => expectCovered(text));

  it.each([
    ...['yes ? 1 : 2', 'zero ? 1 : 2', 'missing ? 1', 'user.nothing ? 1 : 2', 'user ? 1 : 2', '[[]] ? 1 : 2'],
    ...['none ?? 1', 'missing ?? none', 'empty ?: 1', 'id ?: 1', 'missing ?? user.email ?? "x"', '()', '(1; 2)'],
    ...['($a := amount; $b := $a * 2; $a + $b)', '($session := 1; $session)', '($a := lines; $a[0].sku)'],
    ...['lines.($p := price; $p * 2)', '($a := 1; ($a := 2); $a)'],
  ])('a choice or a block: %s', async (text) => expectCovered(text));

  it.each([
    ...[
      '[]',
      '[missing]',
      '[id, lines.sku]',
      '[[id], [[1]]]',
      '[1..3]',
      '[3..1]',
      '[1..1]',
      '[user.tags, [user.tags]]',
    ],
    ...['{}', '{ "a": missing, "b": id }', '{ "b": 1, "10": 2, "2": 3 }', '{ id: amount }', '{ "__proto__": id }'],
    ...[
      'lines.{ "sku": sku, "first": sizes[0] }',
      'lines.[sku, price]',
      'lines[0].[sku, price]',
      '{ "a": { "b": [{}] } }',
    ],
  ])('something put together: %s', async (text) => expectCovered(text));

  it.each([
    ...['tables.*', '*', 'lines.*', 'user.*[0]', 'tables.*[$ = "two"]', 'lines^(price).sku', 'lines^(>price)[0].sku'],
    ...['lines^(>of.id, sku).sku', 'lines[0]^(price)', 'lines.sizes^($)', 'missing^(a)', 'lines^(missing).sku'],
  ])('a wildcard or an order: %s', async (text) => expectCovered(text));

  it.each([
    ...[
      '$lowercase(user.email)',
      '$uppercase(missing)',
      'user.email.$lowercase()',
      '$substring(id, 1)',
      '$substring(id, -2, 1)',
    ],
    ...[
      '$substringBefore(user.email, "@")',
      '$substringAfter(id, "_")',
      '$trim("  a  b ")',
      '$length("é𝄞")',
      '$pad(id, 8, "-")',
    ],
    ...[
      '$string(amount)',
      '$string(user)',
      '$number("0x1F")',
      '$round(2.5)',
      '$round(amount / 7, 2)',
      '$sum(lines.price)',
    ],
    ...[
      '$count(lines)',
      '$count(missing)',
      '$max(lines.price)',
      '$join(user.tags, "-")',
      '$split("a,b", ",")',
      '$split("a b", " ")[1]',
    ],
    ...[
      '$contains(id, "_")',
      '$contains(id, /^EVT/i)',
      '$contains(missing, "a")',
      '$replace(id, "t", "T")',
      '$replace("aaa", "a", "b", 2)',
    ],
    ...[
      '$exists(missing)',
      '$exists(none)',
      '$not(zero)',
      '$boolean(user.one)',
      '$type(user.tags)',
      '$keys(user)',
      '$lookup(tables, "a b")',
    ],
    ...[
      '$lookup(lines, "sku")',
      '$merge([{ "a": 1 }, tables])',
      '$append(id, user.tags)',
      '$distinct(["a", "a"])',
      '$reverse(user.tags)',
    ],
    ...[
      '$fromMillis(1795219200000)',
      '$fromMillis(1795219200000, "[Y0001]-[M01]")',
      '$toMillis("2026-11-21")',
      '$now()',
      '$millis()',
    ],
    ...[
      '$firstOf(missing, none, empty, id)',
      '$money(amount, "usd")',
      '$stableId("a", id)',
      '$pick(tables, "a*")',
      '$skip("why")',
    ],
    ...[
      '$require(missing, "why")',
      'user.tags ~> $join("+")',
      'id ~> $uppercase',
      'lines.price ~> $sum() ~> $string()',
      '$zip([1], [2])',
    ],
  ])('a function: %s', async (text) => expectCovered(text));

  it.each<[string, Json]>([
    ['id', []],
    ['$count($)', [1, 2]],
    ['$[0]', [1, 2]],
    ['a', [{ a: 1 }, { a: [2, 3] }]],
    ['$$', [[1]]],
    ['{ "all": a, "self": $ }', [{ a: 1 }]],
    ['$', null],
    ['$.a', 'text'],
  ])('a body that is no block: %s on %j', async (text, on) => expectCovered(text, on));
});

describe('left to the interpreter', () => {
  it.each([
    ...['$map(lines, function($l) { $l.sku })', '$filter(lines, function($l) { $l.price > 3 }).sku', 'lines.of.%.sku'],
    ...['lines@$l.$l.sku', 'lines#$i.{ "i": $i }', 'lines{ sku: price }', '**.a', '$match(id, /_/)', '$sort([2, 1])'],
    ...[
      '$uppercase ~> $lowercase',
      '$type($lowercase)',
      '($f := $uppercase; $f(id))',
      '[id, amount].foo',
      '$now("[Y0001]")',
    ],
    '$toMillis("2026", "[Y0001]")',
  ])('because the compiler does not know it: %s', async (text) => expectLeft(text));

  it.each([
    ...[
      'id + 1',
      'amount + id',
      '-id',
      'amount < id',
      'user > 1',
      '$lowercase(amount)',
      '$substring(id)',
      '$sum(user.tags)',
    ],
    ...[
      '$number("a")',
      '$sqrt(-1)',
      '$error("x")',
      '$split(id, "_", -1)',
      '{ amount: 1 }',
      '{ "a": 1, "a": 2 }',
      '[1.5..2]',
    ],
    ...[
      '{ "_jsonata_lambda": 1 }',
      '$assert(false, "no")',
      '$replace(id, "", "x")',
      '$string(1/0)',
      '1/0 + 1',
      '$e164(id, $uppercase)',
    ],
    ...['[$skip("a"), $require(missing, "b")]', '{ "a": $require(missing, "b"), "b": $skip("a") }'],
  ])('because only it knows the error: %s', async (text) => expectLeft(text));

  it.each([
    ...['id.$contains(/EVT/i)', 'amount.$contains(/9/)', 'user.$contains(/a/)'],
    ...['id.$contains("_")', 'id.$split("_")', 'id.$split(/_/)', 'id.$replace("_", "-")', 'id.$replace(/_/, "-")'],
    ...['id.$split("_", 1)', 'id.$replace("_", "-", 1)'],
  ])('because the context stands for an argument: %s', async (text) => expectLeft(text));

  it('where it has more parts than the interpreter has room on its stack', async () => {
    const sum = (count: number): string => Array.from({ length: count }, () => 'amount').join(' + ');
    await expectCovered(sum(100));
    await expectLeft(sum(600));
    await expectLeft(`[${Array.from({ length: 501 }, () => 'id').join(', ')}]`);
  });

  it('where a sequence becomes longer than it may', async () => {
    const items = Array(100_001).fill({ n: 1 });
    const many = { items, nested: [items], few: Array(1000).fill([1, 2]) };
    await expectCovered('$count(items)', many);
    await expectCovered('$count(few.$)', many);
    await expectLeft('$count(nested.n)', many);
    await expectLeft('$count($lookup(items, "n"))', many);
    await expectLeft('$append(items, 1)', many);
    await expectLeft('[items, 1]', many);
    await expectLeft('[1..100001]', many);
  });
});

describe('hostile data', () => {
  const hostile = parsed(`{
    "__proto__": { "polluted": true }, "constructor": { "prototype": 1 }, "toString": "s", "hasOwnProperty": 0,
    "length": 7, "prototype": { "length": 1 },
    "lambda": { "_jsonata_lambda": true, "a": 1 }, "function": { "_jsonata_function": true, "a": 1 },
    "half": { "_jsonata_function": "yes", "a": 1 }, "wrapper": { "outerWrapper": true, "a": 1, "0": "first" },
    "tuples": { "tupleStream": true, "a": 1 }, "sequence": { "sequence": true, "length": 1, "0": "x" },
    "cons": [{ "cons": true, "keepSingleton": true }], "then": { "then": 1, "next": 2 },
    "huge": 12
  }`);

  it.each([
    ...[
      '`__proto__`.polluted',
      '`__proto__`',
      'constructor',
      'constructor.prototype',
      'toString',
      'hasOwnProperty',
      'length',
    ],
    ...[
      'valueOf',
      '`__defineGetter__`',
      'prototype.length',
      'id.length',
      'missing.constructor',
      'lambda',
      'function',
      'half.a',
    ],
    ...[
      'lambda.a',
      'function.a',
      'lambda ? 1 : 2',
      '$boolean(lambda)',
      'lambda & "x"',
      '$exists(lambda)',
      '$keys(lambda)',
    ],
    ...[
      '[lambda]',
      '{ "a": lambda }',
      'lambda = lambda',
      'lambda.$lowercase("A")',
      'wrapper.$',
      'wrapper.{ "a": a }',
      'wrapper.a',
    ],
    ...[
      'tuples.a',
      'tuples[0]',
      'tuples.{ "a": a }',
      'tuples[a = 1].a',
      'sequence',
      'sequence.length',
      'sequence[0]',
      'cons.cons',
    ],
    ...[
      'then.then',
      '$lookup($, "__proto__")',
      '$lookup($, "constructor")',
      '$merge([$, { "__proto__": 1 }])',
      '{ "__proto__": { "a": 1 } }',
    ],
    ...[
      '$keys($)',
      '*',
      '$string($)',
      '$spread($)',
      '$pick($, "__proto*")',
      '$firstOf(constructor, 1)',
      '$sum(lambda)',
      'lambda()',
    ],
  ])('reaches nothing of JavaScript and comes to the same: %s', async (text) => {
    const both = await bothWays(text, hostile, variables);
    expect(both?.compiled).toBe(both?.interpreted);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get([], 'polluted')).toBeUndefined();
  });

  it('with a number that JSON can write and nothing can count is refused in the same words', async () => {
    for (const text of [
      'a',
      'a + 1',
      '$boolean(a)',
      'a ? 1',
      'a = 1',
      'a in [1]',
      'a & ""',
      '[a]',
      '$round(a)',
      'b[a]',
    ])
      expect(await bothWays(text, parsed('{ "a": 1e999, "b": [1] }'))).toSatisfy(isTheSame);
  });

  it('nested deeper than results may be is refused in the same words', async () => {
    const nested = parsed(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`);
    for (const text of ['a', 'a.a.a.a.a.a.a.a.a.a', '[a]', '$string(a)', '$exists(a)'])
      expect(await bothWays(text, nested)).toSatisfy(isTheSame);
  });

  it('that keeps an expression busy for too long ends it as the interpreter does', async () => {
    const items = Array.from({ length: 20_000 }, (_, n) => ({ n }));
    const both = await bothWays('$count(items[$count($$.items[n = 1]) = 2])', { items });
    expect(both?.compiled).toBe('{"kind":"fault","message":"took longer than 250 ms"}');
    expect(both?.interpreted).toBe(both?.compiled);
  });
});

const isTheSame = (both: Awaited<ReturnType<typeof bothWays>>): boolean => both?.compiled === both?.interpreted;
