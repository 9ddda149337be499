import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again; false where it is not so within that time. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (await isSo()) return true;
    if (performance.now() > deadline) return false;
    await pause(20);
  }
}
