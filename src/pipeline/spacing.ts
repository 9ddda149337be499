import { setTimeout as pause } from 'node:timers/promises';

/**
 * Keeps batches apart that have not been full: what comes meanwhile shares the next one, with its transactions and
 * requests. One that comes after a quiet time waits for nothing, and neither does anything while batches are full.
 */
export class Spacing {
  readonly #ms: number;
  #nextMs = 0;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Resolves when the next batch may begin. */
  async passed(): Promise<void> {
    const waitMs = this.#nextMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
  }

  began({ isFull }: { readonly isFull: boolean }): void {
    this.#nextMs = isFull ? 0 : performance.now() + this.#ms;
  }
}
