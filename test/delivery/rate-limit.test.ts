import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullBucket, takeToken } from '../../src/delivery/rate-limit.ts';

const start = new Date('2026-03-01T12:00:00Z').getTime();
const at = (ms: number): Date => new Date(start + ms);

/** The moments, of those given, at which a token was there. */
function granted(perSecond: number, moments: readonly number[]): number[] {
  let bucket = fullBucket(perSecond, at(0));
  return moments.filter((ms) => {
    const taken = takeToken(bucket, at(ms));
    bucket = taken.bucket;
    return taken.waitMs === 0;
  });
}

describe('takeToken', () => {
  it("allows a burst of one second's worth, then one at a time", () => {
    expect(granted(4, [0, 0, 0, 0, 0, 249, 250, 250, 499, 500])).toEqual([0, 0, 0, 0, 250, 500]);
  });

  it('never saves up more than that', () => {
    expect(granted(2, [60_000, 60_000, 60_000])).toEqual([60_000, 60_000]);
  });

  it('allows one request every two seconds at a rate of a half', () => {
    expect(granted(0.5, [0, 1, 1_999, 2_000, 3_999, 4_000])).toEqual([0, 2_000, 4_000]);
  });

  it('says how long until the next one, and takes nothing while it says so', () => {
    const empty = takeToken(fullBucket(1, at(0)), at(0)).bucket;
    expect(takeToken(empty, at(300))).toEqual({ bucket: empty, waitMs: 700 });
    expect(takeToken(empty, at(1_000)).waitMs).toBe(0);
  });

  it('gives nothing for a clock that was set back', () => {
    const empty = takeToken(fullBucket(1, at(0)), at(0)).bucket;
    expect(takeToken(empty, at(-3_600_000)).waitMs).toBe(1_000);
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
            const most = Math.max(1, perSecond) + ((until - from) * perSecond) / 1_000;
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
        let { bucket, waitMs } = takeToken(fullBucket(perSecond, at(0)), at(0));
        while (waitMs === 0) ({ bucket, waitMs } = takeToken(bucket, at(0)));
        // A rounding error may cost one millisecond more.
        expect(takeToken(bucket, at(waitMs + 1)).waitMs).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
