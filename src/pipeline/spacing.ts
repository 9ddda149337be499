import { setTimeout as pause } from 'node:timers/promises';

/**
 * Keeps batches apart that have not been full: what comes meanwhile shares the next one, with its transactions and
 * requests. One that comes after a quiet time waits for nothing, and neither does anything while batches are full.
 */
export class Spacing {
  #nextMs = 0;

  /** Resolves when the next batch may begin. */
  async passed(): Promise<void> {
    const waitMs = this.#nextMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
  }

  /** The next one begins so many milliseconds later; 0 where it may follow at once. */
  began(apartMs: number): void {
    this.#nextMs = performance.now() + apartMs;
  }
}
