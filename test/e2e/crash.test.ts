import { describe, expect, it } from 'vitest';
import { crashCheck } from '../checks/crash.ts';

describe('a gateway that is killed under load', () => {
  it('delivers every event it answered 200 for, and copies carry one id', async () => {
    const report = await crashCheck(5);

    expect(report).toMatchObject({ kills: 5, lost: [], renamed: [] });
    expect(report.acknowledged).toBeGreaterThan(0);
  }, 180_000);
});
