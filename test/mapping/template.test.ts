import { describe, expect, it } from 'vitest';
import { expressionText } from '../../src/mapping/expression-text.ts';
import { complete } from '../../src/mapping/steps.ts';
import { compileTemplate, fillTemplate, Interruption, type TemplateProblem } from '../../src/mapping/template.ts';
import type { Json } from '../../src/model/json.ts';

interface Options {
  readonly nullIsNothing?: boolean;
  readonly variables?: Readonly<Record<string, unknown>>;
}

async function filled(value: Json, body: Json = {}, { nullIsNothing = false, variables = {} }: Options = {}) {
  const problems: TemplateProblem[] = [];
  const template = compileTemplate(value, ['event'], { variables: Object.keys(variables), problems, nullIsNothing });
  expect(problems).toEqual([]);
  return await complete(fillTemplate(template, { input: body, bindings: variables, item: null }));
}

function problemsOf(value: Json): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  compileTemplate(value, ['event'], { variables: [], problems });
  return problems;
}

describe('a text', () => {
  it.each([
    ['=a', 'a'],
    ['= a ', 'a'],
    ['=\n  a', 'a'],
    ['=', ''],
    ['==a', undefined],
    ['a', undefined],
    [' =a', undefined],
    ['', undefined],
  ])('%j holds the expression %j', (text, expression) => {
    expect(expressionText(text)).toBe(expression);
  });

  it.each([
    ['==a', '=a'],
    ['==', '='],
    ['===a', '==a'],
    ['a = b', 'a = b'],
    ['$money(1)', '$money(1)'],
    ['{{ a }}', '{{ a }}'],
    ['', ''],
  ])('%j is the literal %j', async (text, literal) => {
    expect(await filled(text)).toBe(literal);
    expect(await filled({ deep: [text] })).toEqual({ deep: [literal] });
  });
});

describe('a value', () => {
  it.each<Json>([1, 0, -1.5, true, false, null, [], {}, [1, 'a', null], { a: { b: [true] } }])(
    'without expressions stays %j',
    async (value) => {
      expect(await filled(value)).toEqual(value);
    },
  );

  it.each<[string, Json]>([
    ['a number', 29],
    ['a text of digits', '29'],
    ['a truth', false],
    ['a list', [1, [2]]],
    ['a block', { a: { b: 'c' } }],
    ['null', null],
    ['empty text', ''],
  ])('that an expression yields keeps its type: %s', async (_type, value) => {
    expect(await filled('=field', { field: value })).toEqual(value);
    expect(await filled({ deep: { er: '=field' } }, { field: value })).toEqual({ deep: { er: value } });
  });

  it('may hold expressions at any depth, beside literals', async () => {
    const template = { name: 'Paid', user: { id: '=id', tags: ['new', '=plan', { level: '=level' }] } };
    expect(await filled(template, { id: 'u1', plan: 'pro', level: 3 })).toEqual({
      name: 'Paid',
      user: { id: 'u1', tags: ['new', 'pro', { level: 3 }] },
    });
  });

  it('may be one expression for a whole subtree', async () => {
    expect(await filled('={\n  "id": id,\n  "tags": [tag]\n}', { id: 1, tag: 'a' })).toEqual({ id: 1, tags: ['a'] });
  });

  it('leaves out the fields and items whose expression yields nothing', async () => {
    expect(await filled({ a: '=missing', b: 1, c: ['=missing', 2], d: { e: '=missing' } })).toEqual({
      b: 1,
      c: [2],
      d: {},
    });
    expect(await filled('=missing')).toBeUndefined();
  });

  it('keeps null, unless null means nothing here', async () => {
    const template = { literal: null, expression: '=none' };
    expect(await filled(template, { none: null })).toEqual({ literal: null, expression: null });
    expect(await filled(template, { none: null }, { nullIsNothing: true })).toEqual({ literal: null });
  });

  it('reads variables', async () => {
    expect(await filled(['=$a', '=$b.c'], {}, { variables: { a: 1, b: { c: 2 } } })).toEqual([1, 2]);
  });

  it('keeps a key called __proto__ a key', async () => {
    const template = JSON.parse('{"__proto__":{"a":"=field"},"b":{"__proto__":1}}') as Json;
    expect(JSON.stringify(await filled(template, { field: 1 }))).toBe('{"__proto__":{"a":1},"b":{"__proto__":1}}');
  });
});

describe('what is wrong with an expression', () => {
  it('is told with the place of its text and the offset from the = that people see', () => {
    expect(problemsOf({ user: { ids: ['=id', '=  $nope'] } })).toMatchObject([
      {
        code: 'expr/unknown-name',
        message: 'unknown variable $nope',
        name: 'nope',
        offset: 3,
        path: ['event', 'user', 'ids', 1],
      },
    ]);
    expect(problemsOf('=\n  a b')).toMatchObject([{ code: 'expr/syntax', offset: 6, path: ['event'] }]);
  });

  it('hides no other', () => {
    expect(problemsOf({ a: '=(', b: '=$eval(x)', c: ['=$nope'] }).map(({ code }) => code)).toEqual([
      'expr/syntax',
      'expr/refused',
      'expr/unknown-name',
    ]);
  });
});

describe('an expression that ends the run', () => {
  it.each([
    ['skips', '=$skip("why not")', 'skip', 'why not'],
    ['fails', '=$require(missing, "no id")', 'fault', 'no id'],
    ['goes wrong', '=1 + "a"', 'fault', 'The right side of the "+" operator must evaluate to a number'],
  ])('and %s names its place', async (_what, text, kind, message) => {
    const ended = await filled({ user: { id: text } }).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(Interruption);
    expect(ended).toEqual({ kind, message, path: ['event', 'user', 'id'] });
  });
});
