import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId, type OutgoingIdParts, outgoingId } from '../../src/model/id.ts';

const now = new Date('2026-11-21T00:00:00.000Z');

describe('a new id', () => {
  it.each(['evt', 'req', 'dlv', 'att', 'wrk'] as const)('says what it names: %s', (prefix) => {
    expect(newId(prefix, now)).toMatch(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`));
  });

  it('is new each time', () => {
    const ids = Array.from({ length: 10_000 }, () => newId('evt', now));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sorts by the moment it was made in', () => {
    const moment = fc.integer({ min: 0, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const [a, b] = [one, other].map((ms) => newId('evt', new Date(ms)).slice(0, 14));
        expect((a ?? '') < (b ?? '')).toBe(one < other);
      }),
    );
  });

  it('uses every letter of its alphabet for what is random', () => {
    const letters = new Set(Array.from({ length: 500 }, () => newId('evt', now).slice(14)).join(''));
    expect([...letters].toSorted().join('')).toBe('0123456789abcdefghjkmnpqrstvwxyz');
  });
});

describe('an outgoing id', () => {
  const parts: OutgoingIdParts = {
    source: 'stripe',
    eventId: 'evt_1',
    mapping: 'a.yaml',
    item: 0,
    destination: 'segment',
  };

  it('is a UUID of version 8, the same for ever', () => {
    expect(outgoingId(parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // Changing this value sends every event a second time to vendors that deduplicate.
    expect(outgoingId(parts)).toBe('e7c6920b-73db-800f-8ad1-d49d60a19650');
  });

  it.each<[keyof OutgoingIdParts, Partial<OutgoingIdParts>]>([
    ['source', { source: 'stripe_eu' }],
    ['eventId', { eventId: 'evt_2' }],
    ['mapping', { mapping: 'b.yaml' }],
    ['item', { item: 1 }],
    ['destination', { destination: 'segment_eu' }],
  ])('is another with another %s', (_part, change) => {
    expect(outgoingId({ ...parts, ...change })).not.toBe(outgoingId(parts));
  });

  it('does not depend on where one part ends and the next begins', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\'), maxLength: 4 });
    const some = fc.record({ source: text, eventId: text, mapping: text, item: fc.nat(2), destination: text });
    fc.assert(
      fc.property(some, some, (one, other) => {
        expect(outgoingId(one) === outgoingId(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});
