import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/mapping/to-json.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('a result as JSON', () => {
  it('is the value itself where it is JSON already', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson(value)).toEqual({ json: value });
      }),
    );
  });

  it('has no trace of the sequences JSONata works with', () => {
    const sequence = Object.assign([1, 2], { sequence: true, keepSingleton: true });
    expect(toJson(sequence)).toStrictEqual({ json: [1, 2] });
  });

  it('leaves out members without a value and keeps the places of a list', () => {
    expect(toJson({ a: undefined, b: [undefined, 1] })).toStrictEqual({ json: { b: [null, 1] } });
    expect(toJson(undefined)).toStrictEqual({ json: undefined });
  });

  it('keeps a member called __proto__', () => {
    expect(JSON.stringify(toJson(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"json":{"__proto__":{"a":1}}}');
  });

  it.each([
    ['a function', () => 1],
    ['a function inside', { a: [() => 1] }],
    ["one of JSONata's functions", { _jsonata_function: true, implementation: 1 }],
    ["one of the mapping's functions", { a: { _jsonata_lambda: true } }],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
  ])('cannot be %s', (_what, value) => {
    expect(toJson(value)).toEqual({ fault: 'gives a function; call it with ()' });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, [Number.NEGATIVE_INFINITY]])('cannot be %s', (value) => {
    expect(toJson(value)).toEqual({ fault: 'gives a number that is not finite' });
  });

  it('is at most 64 levels deep', () => {
    expect(toJson(nested(64))).toEqual({ json: nested(64) });
    expect(toJson(nested(65))).toEqual({ fault: 'gives something nested deeper than 64 levels' });
  });
});
