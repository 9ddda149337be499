import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../src/mapping/expression.ts';
import { kindOf } from '../../../src/mapping/static/result-kind.ts';

function kind(text: string): string {
  const parsed = parseExpression(text);
  if ('problem' in parsed) throw new Error(parsed.problem.message);
  return kindOf(parsed.ast);
}

describe('what an expression comes to', () => {
  it.each([
    ['"a"', 'text'],
    ['a & b', 'text'],
    ['$lowercase(a)', 'text'],
    ['a ~> $uppercase', 'text'],
    ['a ~> $substring(1)', 'text'],
    ['12', 'number'],
    ['a * 2', 'number'],
    ['-a', 'number'],
    ['$count(a.b)', 'number'],
    ['a = b', 'boolean'],
    ['a and b', 'boolean'],
    ['$exists(a)', 'boolean'],
    ['true', 'boolean'],
    ['null', 'null'],
    ['[a]', 'list'],
    ['a[]', 'list'],
    ['a.b[].c', 'list'],
    ['a.[b, c]', 'list'],
    ['$split(a, ",")', 'list'],
    ['$filter(a, $f)', 'lists'],
    ['{ "a": b }', 'block'],
    ['a{ b: c }', 'block'],
    ['$money(a, b)', 'block'],
    ['$sum', 'function'],
    ['function($x) { $x }', 'function'],
    ['a ? "b" : "c"', 'text'],
    ['a ? "b"', 'text'],
    ['"a" ?? "b"', 'text'],
    ['($x := 1; $x & "a")', 'text'],
    ['$x := "a"', 'text'],
  ])('is known of %s', (text, expected) => {
    expect(kind(text)).toBe(expected);
  });

  it.each([
    'a',
    'a.b.c',
    '$x',
    'a[0]',
    '$split(a, ",")[0]',
    '[a, b][0]',
    'a.b[c = 1]',
    'a ? "b" : 1',
    'a ?? "b"',
    '$firstOf(a, b)',
    'a.$lowercase(b)',
    '$unknown(a)',
    'a^(b)',
    '(a)',
  ])('is not known of %s', (text) => {
    expect(kind(text)).toBe('unknown');
  });
});
