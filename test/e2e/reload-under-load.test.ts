import { describe, expect, it } from 'vitest';
import { reloadCheck } from '../checks/reload.ts';

describe('mapping files that are rewritten under load', () => {
  it('cost no event, whether they are good or broken', async () => {
    const report = await reloadCheck(30);

    expect(report).toMatchObject({ suffered: 0, alive: true });
    // How fast is for `npm run check:reload`, which has the machine to itself; here every save must have shown at all.
    expect(report.liveMs.worst).toBeLessThan(20_000);
    expect(report.namedMs.worst).toBeLessThan(20_000);
    expect(report.events).toBeGreaterThan(0);
  }, 180_000);
});
