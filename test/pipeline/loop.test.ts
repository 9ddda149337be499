import { expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { systemClock } from '../../src/model/clock.ts';
import { Loop } from '../../src/pipeline/loop.ts';

it('asks no more than twenty times a second for work that another replica holds', async () => {
  const rounds = 5;
  let begun = 0;
  const startedMs = performance.now();
  let loop: Loop | undefined;
  await new Promise<void>((resolve) => {
    loop = new Loop({
      name: 'test',
      clock: systemClock,
      log: createLog({ level: 'silent', pretty: false }),
      isShared: true,
      work: async () => {
        begun += 1;
        if (begun === rounds) resolve();
        return false;
      },
      nextDueAt: async () => systemClock.now(),
    });
    loop.start();
  });
  await loop?.stop();
  // A timer may be a millisecond early.
  expect(performance.now() - startedMs).toBeGreaterThan((rounds - 1) * 49);
});
