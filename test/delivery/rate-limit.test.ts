import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Allowance, take } from '../../src/delivery/rate-limit.ts';

const start = new Date('2026-03-01T12:00:00Z').getTime();
const at = (ms: number): Date => new Date(start + ms);

const allowance = (perSecond: number, count = Math.max(1, perSecond / 10)): Allowance => ({
  perSecond,
  tokens: { count, countedAt: at(0) },
});

/** The moments, of those given, at which a token was there. */
function granted(perSecond: number, moments: readonly number[]): number[] {
  let current = allowance(perSecond);
  return moments.filter((ms) => {
    const { taken, left } = take(current, 1, at(ms));
    current = { perSecond, tokens: left };
    return taken === 1;
  });
}

describe('take', () => {
  it("allows a burst of a tenth of a second's worth, then one at a time", () => {
    expect(granted(40, [0, 0, 0, 0, 0, 24, 25, 25, 49, 50])).toEqual([0, 0, 0, 0, 25, 50]);
  });

  it('never saves up more than that', () => {
    expect(granted(20, [60_000, 60_000, 60_000])).toEqual([60_000, 60_000]);
  });

  it('allows one request every two seconds at a rate of a half', () => {
    expect(granted(0.5, [0, 1, 1_999, 2_000, 3_999, 4_000])).toEqual([0, 2_000, 4_000]);
  });

  it('makes up for what was taken beyond it', () => {
    const overdrawn = allowance(10, -3);
    expect(take(overdrawn, 1, at(0))).toMatchObject({ taken: 0, left: { count: -3 }, waitMs: 400 });
    expect(take(overdrawn, 1, at(399)).taken).toBe(0);
    expect(take(overdrawn, 1, at(400))).toMatchObject({ taken: 1, left: { count: 0 } });
  });

  it('takes as many as there are of those wanted', () => {
    expect(take(allowance(100), 25, at(0))).toMatchObject({ taken: 10, left: { count: 0 } });
    expect(take(allowance(100), 4, at(0))).toMatchObject({ taken: 4, left: { count: 6 }, waitMs: 0 });
  });

  it('says how long until the next one', () => {
    expect(take(allowance(1, 0), 1, at(300))).toMatchObject({ taken: 0, waitMs: 700 });
    expect(take(allowance(1, 0), 0, at(1_000))).toMatchObject({ taken: 0, waitMs: 0 });
  });

  it('gives nothing for a clock that is a little behind, and counts from where the other one was', () => {
    expect(take(allowance(1, 0), 1, at(-300))).toEqual({ taken: 0, left: allowance(1, 0).tokens, waitMs: 1_300 });
  });

  it('gives nothing for a clock that was set back, and waits by the new time', () => {
    const left = { count: 0, countedAt: at(-3_600_000) };
    expect(take(allowance(1, 0), 1, at(-3_600_000))).toEqual({ taken: 0, left, waitMs: 1_000 });
  });

  it('grants no more than its rate and its burst over any stretch of time', () => {
    const rates = fc.double({ min: 0.1, max: 1_000, noNaN: true });
    const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(rates, gaps, (perSecond, waits) => {
        let clock = 0;
        const moments = waits.map((ms) => (clock += ms));
        const times = granted(perSecond, moments);
        for (const [first, from] of times.entries()) {
          for (const [last, until] of times.entries()) {
            const most = Math.max(1, perSecond / 10) + ((until - from) * perSecond) / 1_000;
            if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the promise of the wait it names', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 100_000, noNaN: true }), (perSecond) => {
        const { left, waitMs } = take(allowance(perSecond), Number.POSITIVE_INFINITY, at(0));
        // A rounding error may cost one millisecond more.
        expect(take({ perSecond, tokens: left }, 1, at(waitMs + 1)).taken).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});
