import { describe, expect, it } from 'vitest';
import { crash } from '../torture/crash.ts';

describe('a gateway that is killed under load', () => {
  it('delivers every event it answered 200 for, and copies carry one id', async () => {
    const { goals } = await crash.run({ size: { kills: 5, senders: 8 }, seed: 1 });

    expect(goals.filter(({ ok }) => !ok)).toEqual([]);
  }, 240_000);
});
