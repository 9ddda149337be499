import { describe, expect, it } from 'vitest';
import { readingsOf } from '../../src/identity/escapes.ts';
import { Traces } from '../../src/identity/traces.ts';
import { identifierFrom } from './links.ts';

const traces = (...identifiers: readonly string[]): Traces =>
  new Traces(identifiers.map(identifierFrom), () => new Set(['hubspot']));
const finds = (identifier: string, text: string): boolean => traces(identifier).isIn(text, 'hubspot');

describe('traces of a person', () => {
  it.each([
    ['email:ada@example.com', '{"email":"Ada@Example.COM"}'],
    ['email:ada@example.com', '"from ada@example.com."'],
    ['email:ada@example.com', '{"email":"ada\\u0040example.com"}'],
    ['email:ada@example.com', '/in/callrail?email=ada%40example.com&x=1'],
    ['email:ada@example.com', 'next=%2Fa%3Fe%3Dada%2540example.com'],
    ['email:ada@example.com', '"{\\"note\\":\\"a\\\\nada@example.com\\"}"'],
    ['email:ada+x@example.com', 'email=ada%2Bx%40example.com'],
    ['phone:+12025550143', '+1 (202) 555-0143'],
    ['phone:+12025550143', '"phone":12025550143,'],
    ['phone:+12025550143', '202.555.0143'],
    ['phone:+12025550143', 'phone=%2B1+202+555+0143'],
    ['phone:+12025550143', 'tel:001-202-555-0143'],
    ['phone:+493012345678', '+49 (0)30 12345678'],
    ['phone:+493012345678', '030/12345678'],
    ['user_id:usr_1', '{"user":"usr_1"}'],
    ['stripe_customer:cus_ABC123', '"customer":"cus_ABC123"'],
    ['hubspot_contact:151', '"objectId": 151,'],
    ['hubspot_contact:151', '{\\"vid\\": 151}'.replace('vid', 'hs_object_id')],
  ])('%s are in %s', (identifier, text) => {
    expect(finds(identifier, text)).toBe(true);
  });

  it.each([
    ['email:ada@example.com', 'nada@example.com'],
    ['email:ada@example.com', 'ada@example.com.au'],
    ['email:ada@example.com', 'x.ada@example.com'],
    ['phone:+12025550143', '+1 202 555 01434'],
    ['phone:+12025550143', '+44 2025550143'],
    ['phone:+12025550143', 'ch_12025550143'],
    ['user_id:usr_1', 'usr_12'],
    ['user_id:usr_1', 'x-usr_1'],
    ['user_id:USR_1', 'usr_1'],
    ['hubspot_contact:151', '"amount": 151'],
    ['hubspot_contact:151', '"objectId": 1512'],
    ['hubspot_contact:151', '"objectId": 151.5'],
    ['user_id:martin', 'dear martin'],
  ])('%s are not in %s', (identifier, text) => {
    expect(finds(identifier, text)).toBe(false);
  });

  it('count a short id only in what its own source sent, and say that it is short', () => {
    expect(traces('hubspot_contact:151').isIn('"objectId": 151', 'stripe')).toBe(false);
    expect(traces('hubspot_contact:151', 'user_id:usr_1').tooShort).toEqual(['hubspot_contact']);
  });

  it('are found in bytes behind anything', () => {
    const bytes = Buffer.from('\u0003user_idusr_1\u0000emailäda@example.com').toString('latin1');
    const all = traces('user_id:usr_1', 'email:äda@example.com', 'phone:+12025550143');

    expect(all.kindsIn(bytes, false)).toEqual(['user_id', 'email']);
    expect(all.kindsIn('usr_12', false)).toEqual([]);
    expect(all.kindsIn('xusr_1', true)).toEqual([]);
  });
});

describe('escapes', () => {
  it('are taken off layer by layer, and no deeper than somebody would wrap', () => {
    expect(readingsOf('a%2540b')).toEqual(['a%2540b', 'a%40b', 'a@b']);
    expect(readingsOf('plain')).toEqual(['plain']);
    expect(readingsOf('%25252525')).toHaveLength(4);
  });
});
