import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { interpolate, variablesIn } from '../../src/config/interpolate.ts';
import type { Json } from '../../src/model/json.ts';

const environment = environmentFrom({ SET: 'value', EMPTY: '', YAML: 'a: 1\n- "b" # ${SET}', _x1: 'odd' });
const filled = (value: Json) => interpolate(value, environment);

describe('a variable in gateway.yaml', () => {
  it.each([
    ['${SET}', 'value'],
    ['${UNSET}', ''],
    ['${EMPTY}', ''],
    ['${SET:-default}', 'value'],
    ['${UNSET:-default}', 'default'],
    ['${EMPTY:-default}', 'default'],
    ['${UNSET:-}', ''],
    ['${UNSET:-https://a.example:8080/?b=c}', 'https://a.example:8080/?b=c'],
    ['${SET:?why}', 'value'],
    ['${_x1}', 'odd'],
    ['a ${SET} b ${SET}${UNSET:-c}', 'a value b valuec'],
    ['$${SET}', '${SET}'],
    ['a $${SET} b ${SET}', 'a ${SET} b value'],
    ['$${UNSET:?why}', '${UNSET:?why}'],
    ['$SET', '$SET'],
    ['${}', '${}'],
    ['${1}', '${1}'],
    ['$ {SET}', '$ {SET}'],
    ['', ''],
  ])('%j is %j', (text, expected) => {
    expect(filled(text)).toEqual({ value: expected, missing: [] });
  });

  it('is filled in wherever a text stands, and nowhere else', () => {
    const value = { '${SET}': ['${SET}', { deep: '${SET}' }], number: 1, truth: true, none: null };
    expect(filled(value).value).toEqual({ '${SET}': ['value', { deep: 'value' }], number: 1, truth: true, none: null });
  });

  it('cannot become YAML, nor another variable', () => {
    expect(filled({ a: '${YAML}' })).toEqual({ value: { a: 'a: 1\n- "b" # ${SET}' }, missing: [] });
    expect(filled('${UNSET:-$SET}').value).toBe('$SET');
  });

  it('may be required: then it is told where, with the reason', () => {
    expect(filled({ sources: [{ secret: '${UNSET:?get it from Stripe}' }, { secret: '${EMPTY:?}' }] })).toEqual({
      value: { sources: [{ secret: '' }, { secret: '' }] },
      missing: [
        { path: ['sources', 0, 'secret'], name: 'UNSET', message: 'UNSET is not set: get it from Stripe' },
        { path: ['sources', 1, 'secret'], name: 'EMPTY', message: 'EMPTY is not set: it is required' },
      ],
    });
  });

  it('brings its value unchanged, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(interpolate({ a: '${A}' }, environmentFrom({ A: text })).value).toEqual({ a: text });
      }),
    );
  });

  it('is found by its name', () => {
    expect(variablesIn('a ${ONE} ${TWO:-x} ${THREE:?y} $FOUR ${}')).toEqual(['ONE', 'TWO', 'THREE']);
    expect(variablesIn('literal')).toEqual([]);
  });
});
