import { describe, expect, it } from 'vitest';
import { compilePlainExpression } from '../../src/mapping/plain-expression.ts';

describe('an expression that is evaluated where requests are received', () => {
  it.each([
    ['a regular expression', '$match(type, /(a+)+$/)'],
    ['a range', '[1..size]'],
    ['a text of any length', '$pad(type, size)'],
    ['one by way of a pipe', 'type ~> $pad'],
    ['a function of its own', '$map(items, function($item) { $item.id })'],
    ['a walk through everything', '**.id'],
  ])('is refused with %s', (_name, text) => {
    expect(compilePlainExpression(text, [])).toMatchObject({
      ok: false,
      message: 'has something that only mappings evaluate',
    });
  });

  it.each([
    ['a path', 'data.object.id', 7],
    ['a list', '[type, data.object.id]', ['paid', 7]],
    ['a condition', 'type = "paid" ? "yes" : "no"', 'yes'],
    ['a function of a value', '$uppercase(type)', 'PAID'],
    ['a variable', '$kind', 'other'],
    ['nothing', 'missing', undefined],
    ['nothing where it fails', '$number(type)', undefined],
  ])('yields %s', (_name, text, value) => {
    const compiled = compilePlainExpression(text, ['kind']);
    if (!compiled.ok) expect.unreachable(compiled.message);
    expect(compiled.evaluate({ type: 'paid', data: { object: { id: 7 } } }, { kind: 'other' })).toEqual(value);
  });
});
