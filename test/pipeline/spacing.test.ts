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
    expect(await hasPassed(new Spacing())).toBe(true);
  });

  it('lets a batch wait as long as the one before wants it apart', async () => {
    const spacing = new Spacing();
    spacing.began(longMs);
    expect(await hasPassed(spacing)).toBe(false);
  });

  it('lets a batch begin at once after one that wants nothing apart', async () => {
    const spacing = new Spacing();
    spacing.began(longMs);
    spacing.began(0);
    expect(await hasPassed(spacing)).toBe(true);
  });

  it('ends by itself', async () => {
    const spacing = new Spacing();
    spacing.began(5);
    await expect(spacing.passed()).resolves.toBeUndefined();
  });
});
