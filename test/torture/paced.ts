import { setTimeout as pause } from 'node:timers/promises';

/** Does it `perSecond` times a second for so many seconds, whether the former has ended or not; resolves when all have. */
export async function paced(
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  act: (number: number) => Promise<unknown>,
): Promise<void> {
  const startedMs = performance.now();
  const acting: Promise<unknown>[] = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const waitMs = startedMs + (1_000 * number) / perSecond - performance.now();
    if (waitMs > 0) await pause(waitMs);
    acting.push(act(number));
  }
  await Promise.all(acting);
}
