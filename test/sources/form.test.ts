import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formFields, formJson, sortedForm } from '../../src/sources/form.ts';
import { bytes } from './raw-request.ts';

const jsonOf = (text: string) => formJson(formFields(bytes(text)) ?? []);

describe('a form as JSON', () => {
  it.each([
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['a', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=x+y%20z', { a: 'x y z' }],
    ['name=Zo%C3%AB', { name: 'Zoë' }],
    ['data[merges][EMAIL]=a%40b.c&data%5Bid%5D=7', { data: { merges: { EMAIL: 'a@b.c' }, id: '7' } }],
    ['a[]=1', { a: ['1'] }],
    ['a[]=1&a[]=2', { a: ['1', '2'] }],
    ['a[b][]=1', { a: { b: ['1'] } }],
    ['a[0]=x&a[1]=y', { a: { 0: 'x', 1: 'y' } }],
    ['a=1&a[b]=2', { a: '1', 'a[b]': '2' }],
    ['a[b]=2&a=1', { a: [{ b: '2' }, '1'] }],
    ['a[b=1', { 'a[b': '1' }],
    ['[a]=1', { '[a]': '1' }],
    [`a${'[b]'.repeat(9)}=1`, { [`a${'[b]'.repeat(9)}`]: '1' }],
  ])('%s', (text, json) => {
    expect(jsonOf(text)).toEqual(json);
  });

  it('has no member that changes what an object is', () => {
    const json = jsonOf('__proto__[polluted]=1&constructor[prototype][polluted]=2&a[__proto__]=3');
    expect(Object.keys(json as object)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  });

  it('is the fields of any form, in their order', () => {
    const field = fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.uniqueArray(field, { selector: ([name]) => name }), (fields) => {
        const text = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
        expect(jsonOf(text)).toEqual(Object.fromEntries(fields));
        expect(JSON.stringify(jsonOf(text))).toBe(JSON.stringify(Object.fromEntries(fields)));
      }),
    );
  });

  it.each([['a=%'], ['a=%zz'], ['a=%FF'], ['%C3=1'], ['a=%ED%A0%80']])('is none where it is no UTF-8: %s', (text) => {
    expect(formFields(bytes(text))).toBeUndefined();
  });

  it('is none where bytes of it are no UTF-8, or where it has more fields than any webhook', () => {
    expect(formFields(Uint8Array.of(0x61, 0x3d, 0xff))).toBeUndefined();
    expect(formFields(bytes('a=1&'.repeat(10_001)))).toBeUndefined();
  });

  it('is found in a megabyte of any bytes without a fault', () => {
    for (const text of ['&'.repeat(1_000_000), '[', '='].map((part) => part.repeat(1_000_000 / part.length)))
      expect(() => jsonOf(text)).not.toThrow();
    expect(() => jsonOf(`a${'[b]'.repeat(300_000)}=1`)).not.toThrow();
  });
});

describe('a form as it is signed', () => {
  it('is its fields by name and then value, run together', () => {
    expect(sortedForm(bytes('b=2&a=1&B=0'))).toBe('B0a1b2');
    expect(sortedForm(bytes('to=b&to=a'))).toBe('toatob');
    expect(sortedForm(bytes('a=x+y&b=%2B'))).toBe('ax yb+');
    expect(sortedForm(bytes(''))).toBe('');
  });

  it.each([
    ['a', 'a field without ='],
    ['a=b=c', 'a field with two'],
    ['a=1&', 'an empty field'],
    ['=1', 'a field without a name'],
    ['a=%2b', 'escapes in small letters'],
    ['a=%2', 'half an escape'],
    ['a=b c', 'a bare space'],
    ['a=é', 'bare letters beyond ASCII'],
    ['a=%FF', 'no UTF-8'],
    ['a=1&a=1', 'a field twice'],
    ['{"a":1}', 'JSON'],
  ])('%s is none: %s', (text) => {
    expect(sortedForm(bytes(text))).toBeUndefined();
  });
});
