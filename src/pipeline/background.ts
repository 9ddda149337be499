import type { Log } from '../log.ts';

/** Work beside a loop that nobody waits for, so much at a time. */
export class Background {
  readonly #name: string;
  readonly #log: Log;
  readonly #max: number;
  readonly #running = new Set<Promise<void>>();

  constructor(name: string, log: Log, max: number) {
    this.#name = name;
    this.#log = log;
    this.#max = max;
  }

  /** Begins it; resolves at once, or when there is room for more. */
  async begin(work: () => Promise<void>): Promise<void> {
    const running = work()
      // One of the places that catch faults: what it worked on is on disk, and due again.
      .catch((error: unknown) => this.#log.write('worker.failed', { worker: this.#name, err: error }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    if (this.#running.size >= this.#max) await Promise.race(this.#running);
  }

  /** Resolves when nothing is under way any more. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
