import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/delivery/backoff.ts';

const policy = { max_attempts: 12, base_ms: 5_000, cap_ms: 21_600_000, max_age_hours: 72 };
const almostOne = 1 - Number.EPSILON;

describe('backoffMs', () => {
  it('doubles its upper bound with each attempt, up to the cap', () => {
    const bounds = [1, 2, 3, 4, 13, 14, 100].map((number) => backoffMs({ number }, policy, () => almostOne) + 1);
    expect(bounds).toEqual([5_000, 10_000, 20_000, 40_000, 20_480_000, 21_600_000, 21_600_000]);
  });

  it('spreads evenly below that bound', () => {
    expect([0, 0.25, 0.5].map((drawn) => backoffMs({ number: 2 }, policy, () => drawn))).toEqual([0, 2_500, 5_000]);
  });

  it('never comes back sooner than asked', () => {
    expect(backoffMs({ number: 1, retryAfterMs: 60_000 }, policy, () => almostOne)).toBe(60_000);
    expect(backoffMs({ number: 5, retryAfterMs: 1_000 }, policy, () => 0.5)).toBe(40_000);
  });

  it('stays between zero and the cap for any policy', () => {
    const random = fc.double({ min: 0, max: almostOne, noNaN: true });
    const anyPolicy = fc.record({
      base_ms: fc.integer({ min: 1, max: 3_600_000 }),
      cap_ms: fc.integer({ min: 1, max: 86_400_000 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), anyPolicy, random, (number, bounds, drawn) => {
        const delay = backoffMs({ number }, { ...policy, ...bounds }, () => drawn);
        expect(Number.isInteger(delay) && delay >= 0 && delay <= bounds.cap_ms).toBe(true);
      }),
    );
  });
});
