import { describe, expect, it } from 'vitest';
import { strengthOf, toIdentifier } from '../../src/identity/identifier.ts';

describe('an identifier', () => {
  it.each([
    ['email', ' Ada@Example.COM ', 'ada@example.com'],
    ['phone', '+1 (202) 555-0143', '+12025550143'],
    ['phone', '0044 20 7946.0018', '+442079460018'],
    ['user_id', ' Usr_1 ', 'Usr_1'],
    ['loyalty_card', '0042', '0042'],
  ])('of kind %s is the same however it is written: %s', (kind, written, value) => {
    expect(toIdentifier(kind, written)).toEqual({ kind, value });
  });

  it.each([
    ['email', 'ada at example.com'],
    ['phone', '(202) 555-0143'],
    ['phone', 'Anonymous'],
    ['phone', '+1'],
    ['user_id', '  '],
    ['anonymous_id', 'a'.repeat(201)],
  ])('of kind %s is none when it is %s', (kind, written) => {
    expect(toIdentifier(kind, written)).toBeUndefined();
  });

  it('is the stronger the closer it is to one person', () => {
    const kinds = ['user_id', 'stripe_customer', 'hubspot_contact', 'loyalty_card', 'email', 'phone', 'anonymous_id'];
    expect(kinds.toSorted((a, b) => strengthOf(a) - strengthOf(b))).toEqual(kinds);
  });
});
