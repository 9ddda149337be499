import { describe, expect, it } from 'vitest';
import { Spacing } from '../../src/pipeline/spacing.ts';

/** Far longer than a test may take: what waits for it is seen not to end. */
const longMs = 3_600_000;

const hasPassed = async (spacing: Spacing): Promise<boolean> =>
  Promise.race([
    spacing.passed().then(() => true),
    new Promise<false>((resolve) => setImmediate(() => resolve(false))),
  ]);

describe('the spacing of batches', () => {
  it('lets the first batch begin at once', async () => {
    expect(await hasPassed(new Spacing(longMs))).toBe(true);
  });

  it('lets a batch wait after one that was not full', async () => {
    const spacing = new Spacing(longMs);
    spacing.began({ isFull: false });
    expect(await hasPassed(spacing)).toBe(false);
  });

  it('lets a batch begin at once after one that was full', async () => {
    const spacing = new Spacing(longMs);
    spacing.began({ isFull: false });
    spacing.began({ isFull: true });
    expect(await hasPassed(spacing)).toBe(true);
  });

  it('ends by itself', async () => {
    const spacing = new Spacing(5);
    spacing.began({ isFull: false });
    await expect(spacing.passed()).resolves.toBeUndefined();
  });
});
