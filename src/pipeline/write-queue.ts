import { setImmediate as turnEnded } from 'node:timers/promises';

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

/** Lets what comes in one turn of the event loop, or while a write is under way, share the next write. */
export class WriteQueue<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #isWriting = false;

  constructor(write: (items: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when it is written; throws what its write throws. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    await turnEnded();
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(waiting.map(({ item }) => item));
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        // Each of those who wait hears of it and decides for itself.
        for (const { reject } of waiting) reject(error);
      }
    }
    this.#isWriting = false;
  }
}
