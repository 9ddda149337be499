import { describe, expect, it } from 'vitest';
import { reload } from '../torture/reload.ts';

describe('mapping files that are rewritten under load', () => {
  it('cost no event, whether they are good or broken', async () => {
    const { goals } = await reload.run({ size: { rewrites: 30, authors: 4 }, seed: 1 });

    // How fast is for `npm run torture -- reload`, which has the machine to itself; here every save must have shown at all.
    const inTime = goals.map((goal) => (goal.limit.endsWith('ms') ? { ...goal, ok: goal.measured < 20_000 } : goal));
    expect(inTime.filter(({ ok }) => !ok)).toEqual([]);
  }, 180_000);
});
