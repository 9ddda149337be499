import { describe, expect, it } from 'vitest';
import { compileExpression, type Evaluated, timeBindings } from '../../src/mapping/expression.ts';
import { functionNames } from '../../src/mapping/function-names.ts';
import type { ExpressionProblem } from '../../src/mapping/static/expression-problem.ts';
import type { Json } from '../../src/model/json.ts';

const receivedAt = new Date('2026-03-01T10:00:00.000Z');

async function evaluated(text: string, body: Json = {}, variables: Record<string, unknown> = {}): Promise<Evaluated> {
  const compiled = compileExpression(text, { variables: Object.keys(variables) });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  return await compiled.expression.evaluate(body, { ...timeBindings(receivedAt), ...variables });
}

function problemsOf(text: string, variables: readonly string[] = []): readonly ExpressionProblem[] {
  const compiled = compileExpression(text, { variables });
  return compiled.ok ? [] : compiled.problems;
}

const value = (json: Json | undefined): Evaluated => ({ kind: 'value', value: json });

describe('an expression', () => {
  const body = { amount: 5, text: 'a', none: null, one: [1], many: [1, 2], deep: { er: [{ id: 'x' }, { id: 'y' }] } };

  it.each<[string, Json | undefined]>([
    ['amount', 5],
    ['amount * 2 & text', '10a'],
    ['none', null],
    ['missing', undefined],
    ['one', [1]],
    ['many[$ > 5]', undefined],
    ['many[$ > 1]', 2],
    ['deep.er.id', ['x', 'y']],
    ['deep.er[id = "y"].id', 'y'],
    ['{ "a": missing, "b": amount }', { b: 5 }],
    ['[]', []],
    ['$map(many, function($x) { $x + $$.amount })', [6, 7]],
    [
      'deep.er.{ "id": id, "of": %.%.text }',
      [
        { id: 'x', of: 'a' },
        { id: 'y', of: 'a' },
      ],
    ],
    ['many@$m.$m', [1, 2]],
    ['many#$i.{ "i": $i }', [{ i: 0 }, { i: 1 }]],
    ['$.amount = 5 and $$.amount = 5', true],
  ])('gives plain JSON: %s', async (text, expected) => {
    expect(await evaluated(text, body)).toEqual(value(expected));
  });

  it('reads the variables it is given', async () => {
    expect(await evaluated('$event.name & $rate', {}, { event: { name: 'A' }, rate: 3 })).toEqual(value('A3'));
  });

  it('takes the moment of receipt for now, so that evaluating it again gives the same bytes', async () => {
    expect(await evaluated('$now()')).toEqual(value('2026-03-01T10:00:00.000Z'));
    expect(await evaluated('$millis()')).toEqual(value(receivedAt.getTime()));
    expect(await evaluated('$now("[Y0001]/[M01] [H01]h", "+0200")')).toEqual(value('2026/03 12h'));
    expect(await evaluated('$fromMillis($millis(), "[D01]")')).toEqual(value('01'));
  });
});

describe('names', () => {
  it.each(functionNames)('$%s is a function', async (name) => {
    expect(await evaluated(`$type($${name})`)).toEqual(value('function'));
  });

  it('that nobody gives are found before any event is', () => {
    expect(problemsOf('$frist(a) & $invoice')).toMatchObject([
      {
        code: 'expr/unknown-name',
        message: 'unknown function $frist',
        name: 'frist',
        offset: 0,
        hint: expect.any(String),
      },
      { code: 'expr/unknown-name', message: 'unknown variable $invoice', name: 'invoice', offset: 12 },
    ]);
  });

  it('are found wherever they stand, each at its first use', () => {
    const text = 'a.b[$one = 1] & $sum($two) & { "k": [$three, $one] }';
    expect(problemsOf(text).map(({ name, offset }) => [name, offset])).toEqual([
      ['one', text.indexOf('$one')],
      ['two', text.indexOf('$two')],
      ['three', text.indexOf('$three')],
    ]);
  });

  it.each([
    '($x := 1; $x)',
    '$map(a, function($v, $i) { $v + $i })',
    'a@$x.b#$y.($x & $y)',
    '($f := function($n) { $n > 0 ? $f($n - 1) : $n }; $f(3))',
    '$map(a, λ($v) { $v })',
    'a.(%.b)',
    '$$.a & $.a',
  ])('that the expression binds itself are known: %s', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('that are given are known, and no others', () => {
    expect(problemsOf('$item.id', ['item'])).toEqual([]);
    expect(problemsOf('$item.id')).toHaveLength(1);
  });

  it.each(['$constructor', '$__proto__', '$toString()', '$hasOwnProperty("a")', '$valueOf', '$process', '$globalThis'])(
    'of JavaScript are unknown: %s',
    (text) => {
      expect(problemsOf(text)).toMatchObject([{ code: 'expr/unknown-name' }]);
    },
  );
});

describe('what would run text of a webhook, or give other results at every try,', () => {
  it.each([
    ['$eval(text)', 0],
    ['$e := $eval', 6],
    ['($run := $eval; $run(text))', 9],
    ['$map(texts, $eval)', 12],
    ['text ~> $eval', 8],
    ['{ "k": $eval(?) }', 7],
    ['$random()', 0],
    ['$shuffle([1, 2])', 0],
    ['[1, 2] ~> $shuffle', 10],
    ['($eval := 1; $eval)', 1],
  ])('is refused with its place: %s', (text, offset) => {
    expect(problemsOf(text)).toMatchObject([{ code: 'expr/refused', offset }]);
  });

  it('is told with what to use instead', () => {
    expect(problemsOf('$random()')[0]?.hint).toContain('$stableId');
  });
});

describe('an expression that cannot be read', () => {
  it.each([
    ['', 'Unexpected end of expression', 0],
    ['a b', 'Syntax error: "b"', 2],
    ['a & ]', 'The symbol "]" cannot be used as a unary operator', 4],
    ['"a', 'String literal must be terminated by a matching quote', 0],
  ])('is a problem with its place: %j', (text, message, offset) => {
    expect(problemsOf(text)).toMatchObject([{ code: 'expr/syntax', message, offset }]);
  });

  it.each([
    ['parentheses', (depth: number) => '('.repeat(depth)],
    ['balanced parentheses', (depth: number) => `${'('.repeat(depth)}1${')'.repeat(depth)}`],
    ['signs', (depth: number) => `${'-'.repeat(depth)}a`],
    ['sums', (depth: number) => `${'1+'.repeat(depth)}1`],
    ['conditions', (depth: number) => `${'a ? '.repeat(depth)}a`],
    ['steps', (depth: number) => `${'a.'.repeat(depth)}a`],
  ])('or bear does not end the process: many %s', (_what, nested) => {
    for (const depth of [500, 2_000, 4_000, 20_000]) {
      for (const { code } of problemsOf(nested(depth))) expect(code).toBe('expr/syntax');
    }
    expect(problemsOf(nested(60_000))).toMatchObject([{ code: 'expr/syntax' }]);
  });
});

describe('$skip and $require', () => {
  it.each([
    ['$skip("nobody there")', 'nobody there'],
    ['$skip()', 'skipped by the mapping'],
    ['missing ?? $skip("nobody there")', 'nobody there'],
    ['$map([1, 2], function($x) { $x = 2 ? $skip("two") : $x })', 'two'],
    ['($stop := $skip; $stop("aliased"))', 'aliased'],
    ['{ "user": { "id": $skip("deep inside") } }', 'deep inside'],
  ])('end the run from wherever they stand: %s', async (text, reason) => {
    expect(await evaluated(text)).toEqual({ kind: 'skip', reason });
  });

  it.each([
    ['$require(missing, "no user id")', 'no user id'],
    ['$require("", "no user id")', 'no user id'],
    ['$require(missing)', 'a required value is missing'],
    ['$map([1], function($x) { $require(missing, "inside") })', 'inside'],
  ])('fail the run with their reason: %s', async (text, message) => {
    expect(await evaluated(text)).toEqual({ kind: 'fault', message });
  });

  it.each([
    ['"known" ?? $skip("nobody")', 'known'],
    ['true ? 1 : $skip("no")', 1],
    ['$require(0, "why")', 0],
    ['$require(false)', false],
  ])('do nothing where all is well: %s', async (text, expected) => {
    expect(await evaluated(text)).toEqual(value(expected));
  });
});

describe('an expression that goes wrong', () => {
  it.each([
    ['"a" + 1', 'The left side of the "+" operator must evaluate to a number'],
    ['$error("mine")', 'mine'],
    ['$assert(false, "as expected")', 'as expected'],
    ['1 / 0', 'gives a number that is not finite'],
    ['missing()', 'Attempted to invoke a non-function'],
  ])('is a fault with a message: %s', async (text, message) => {
    expect(await evaluated(text)).toEqual({ kind: 'fault', message });
  });

  it.each([
    '$sum',
    '$money',
    'function($x) { $x }',
    '/a+/',
    '{ "a": $sum }',
    '[1, $sum]',
    '$substring("abc", ?)',
    '$uppercase ~> $trim',
  ])('gives a function instead of a value: %s', async (text) => {
    expect(await evaluated(text)).toEqual({ kind: 'fault', message: 'gives a function; call it with ()' });
  });

  it('gives something so deep that whoever walks it is at risk', async () => {
    const nested = (depth: number): string => `$reduce([1..${depth}], function($a, $i) { { "k": $a } })`;
    expect(await evaluated(nested(60))).toMatchObject({ kind: 'value' });
    const fault = { kind: 'fault', message: 'gives something nested deeper than 64 levels' };
    expect(await evaluated(nested(70))).toEqual(fault);
    expect(await evaluated('$reduce([1..70], function($a, $i) { [[$a]] })')).toEqual(fault);
  });

  it.each([
    ['loops for ever', '($f := function($i) { $f($i + 1) }; $f(0))', 'took longer than 250 ms'],
    ['works for ever', '$count([1..100000].($sum([1..3000])))', 'took longer than 250 ms'],
    ['calls itself for ever', '($f := function($i) { 1 + $f($i) }; $f(0))', 'Stack overflow'],
    ['asks for a huge list', '[1..10000000]', 'maximum sequence length'],
  ])('and %s is stopped by the guards', async (_what, text, message) => {
    const result = await evaluated(text);
    expect(result.kind === 'fault' ? result.message : result).toContain(message);
  });
});

describe('members that JavaScript has on every object', () => {
  const hostile = JSON.parse(
    '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"a":{"__proto__":{"z":3}},"hasOwnProperty":"own"}',
  ) as Json;

  it('stay data where a webhook sends them', async () => {
    expect(await evaluated('$', hostile)).toEqual(value(hostile));
    expect(await evaluated('$keys($)', hostile)).toEqual(value(['__proto__', 'constructor', 'a', 'hasOwnProperty']));
    expect(await evaluated('a.__proto__.z & constructor.prototype.y & hasOwnProperty', hostile)).toEqual(
      value('32own'),
    );
    const copied = await evaluated('{ "copy": a }', hostile);
    expect(JSON.stringify(copied)).toBe('{"kind":"value","value":{"copy":{"__proto__":{"z":3}}}}');
  });

  it.each([
    'toString',
    'constructor',
    'a.constructor',
    '__proto__',
    '$lookup({}, "constructor")',
    '$lookup({}, "__proto__")',
    '$lookup($, "toString")',
    '"text".length',
    '"text".constructor',
    '[1].constructor',
    '$sum.constructor',
    '$lookup($sum, "implementation")',
    '$now.constructor',
  ])('are nothing where nobody sent them: %s', async (text) => {
    const result = await evaluated(text, { a: { b: 1 } });
    expect(result).toEqual(value(undefined));
  });

  // Each follows one of JSONata's published advisories: transform (CVE-2024-27307), keys of results (CVE-2026-12208),
  // $lookup (CVE-2026-77413), names of the environment (CVE-2026-77414), $clone and arguments (CVE-2026-77415).
  it.each([
    '{} ~> |__proto__|{ "polluted": true }|',
    '{} ~> |constructor.prototype|{ "polluted": true }|',
    '{} ~> |$lookup($, "__proto__")|{ "polluted": true }|',
    '{} ~> |$|{ "__proto__": { "polluted": true } }|',
    '{} ~> |$|{ "constructor": { "prototype": { "polluted": true } } }|',
    '$merge([{}, { "__proto__": { "polluted": true } }])',
    '{ "__proto__": { "polluted": true } }',
    '{ "a": 1 }{ "__proto__": { "polluted": true } }',
    '$each({ "__proto__": 1 }, function($v, $k) { { $k: { "polluted": true } } })',
    '$spread({ "__proto__": { "polluted": true } })',
    '$lookup($lookup({}, "constructor"), "prototype") ~> |$|{ "polluted": true }|',
    '($clone := function($x) { $x }; {} ~> |$lookup($, "constructor")|{ "polluted": true }|)',
    '($clone := function($x) { $lookup($x, "__proto__") }; {} ~> |$|{ "polluted": true }|)',
    '$sift({ "__proto__": { "polluted": true } }, function($v) { true })',
    '($f := function($constructor, $__proto__) { $constructor }; $f({ "polluted": true }))',
  ])('are not reached by %s', async (text) => {
    const compiled = compileExpression(text, { variables: [] });
    if (compiled.ok) await compiled.expression.evaluate({}, {});
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get([], 'polluted')).toBeUndefined();
    expect(Reflect.get(() => undefined, 'polluted')).toBeUndefined();
  });

  it.each([
    '$constructor("return process")()',
    '$lookup($sum, "constructor")("return process")()',
    '$toString.constructor("return process")()',
    '($x := $lookup($now, "constructor"); $x("return process.env")())',
    '$__lookupGetter__("a")',
    '($clone := $lookup({}, "constructor"); {} ~> |$|{}|)',
    '{} ~> |$|{}, ["constructor", "__proto__"]|',
  ])('lead to no code: %s', async (text) => {
    const compiled = compileExpression(text, { variables: [] });
    const result = compiled.ok ? await compiled.expression.evaluate({}, {}) : value(undefined);
    expect(result.kind === 'value' ? (result.value ?? {}) : {}).toEqual({});
  });
});
