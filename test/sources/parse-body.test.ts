import { describe, expect, it } from 'vitest';
import { parseBody } from '../../src/sources/parse-body.ts';
import { bytes } from './raw-request.ts';

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);
const notJson = { unusable: { reason: 'not_json', message: 'The body is not JSON in UTF-8.' } };
const tooDeep = { unusable: { reason: 'too_deep', message: 'The body is nested deeper than 64 levels.' } };

describe('parseBody', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['0', 0],
    ['"text"', 'text'],
    [' {"a":[1,{"b":false}]} ', { a: [1, { b: false }] }],
    ['{"name":"Zoë – 電話"}', { name: 'Zoë – 電話' }],
    ['{"a":1,"a":2}', { a: 2 }],
  ])('reads %s', (text, json) => {
    expect(parseBody(bytes(text))).toEqual({ json });
  });

  it.each(['', ' ', '{', '{"a":1}x', "{'a':1}", '{"a":01}', 'NaN', 'undefined', 'a=1&b=2', '[1,]'])(
    'finds no JSON in %j',
    (text) => {
      expect(parseBody(bytes(text))).toEqual(notJson);
    },
  );

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a truncated character', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0x22, 0x00, 0x61, 0x00, 0x22, 0x00]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
  ])('refuses %s', (_name, body) => {
    expect(parseBody(Uint8Array.from(body))).toEqual(notJson);
  });

  it('keeps a lone surrogate that is written as an escape', () => {
    expect(parseBody(bytes('"\\ud800"'))).toEqual({ json: '\ud800' });
  });

  it('keeps numbers as doubles, as every reader of JSON here does', () => {
    const text = '[9007199254740993, 1e400, -0, 0.1, 123456789012345678901234567890]';
    expect(parseBody(bytes(text))).toEqual({ json: [9007199254740992, Infinity, -0, 0.1, 1.2345678901234568e29] });
  });

  it('reads "__proto__" as a key like any other', () => {
    const body = parseBody(bytes('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'));
    expect(Object.keys('json' in body ? Object(body.json) : {})).toEqual(['__proto__', 'constructor']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('takes 64 levels of %s and no more', (_name, open, close) => {
    const text = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;
    expect(parseBody(bytes(text(64)))).toHaveProperty('json');
    expect(parseBody(bytes(text(65)))).toEqual(tooDeep);
  });

  it('finds depth in any branch, behind "__proto__" as well', () => {
    expect(parseBody(bytes(`[[],{},{"a":1,"__proto__":${nested(63)}}]`))).toEqual(tooDeep);
    expect(parseBody(bytes(`[[],{},{"a":1,"__proto__":${nested(62)}}]`))).toHaveProperty('json');
  });

  it('takes no bracket in a string for depth', () => {
    expect(parseBody(bytes(JSON.stringify(nested(1000))))).toHaveProperty('json');
  });

  it.each([
    ['arrays', nested(100_000)],
    ['objects', nested(100_000, '{"a":', '}').replace(':}', ':1}')],
    ['as many arrays as fit into 1 MiB', nested(524_288)],
  ])('survives a bomb of %s', (_name, text) => {
    expect(parseBody(bytes(text))).toEqual(tooDeep);
  });

  it('survives an unclosed bomb', () => {
    expect(parseBody(bytes('['.repeat(1_000_000)))).toEqual(notJson);
  });

  it('reads a wide body', () => {
    const body = parseBody(bytes(JSON.stringify(Array(200_000).fill({}))));
    expect('json' in body && Array.isArray(body.json) && body.json.length).toBe(200_000);
  });
});
