import type { Log } from '../log.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { Refusals, Store } from '../store/store.ts';
import { Loop } from './loop.ts';

/** Whoever sends a flood of what is refused causes one write in so long a time. */
const gatherMs = 2_000;

export interface RefusalDependencies {
  readonly store: Pick<Store, 'recordRefusals'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Writes down how many requests were refused, and why. Nothing else of them is kept, so what was counted in the last two
 * seconds before a crash is lost with it.
 */
export class RefusalCounter {
  readonly #dependencies: RefusalDependencies;
  readonly #loop: Loop;
  #counts = new Map<string, Refusals>();
  #dueAt: Date | null = null;

  constructor(dependencies: RefusalDependencies) {
    const { clock, log } = dependencies;
    this.#dependencies = dependencies;
    this.#loop = new Loop({
      clock,
      log,
      name: 'refusals',
      work: () => this.#work(),
      nextDueAt: async () => this.#dueAt,
    });
  }

  /** Of a configured source, for one of our own reasons: there are few of both. */
  count(source: string, reason: string): void {
    this.#add({ source, reason, count: 1 });
    if (this.#dueAt !== null) return;
    this.#dueAt = addMs(this.#dependencies.clock.now(), gatherMs);
    this.#loop.wake();
  }

  start(): void {
    this.#loop.start();
  }

  /** Everything that was counted is written then, where it can be. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    try {
      await this.#write();
    } catch (error) {
      // The loop, which outlives faults, has ended; a gateway that stops is not kept from it by a few numbers.
      this.#dependencies.log.write('worker.failed', { worker: 'refusals', err: error });
    }
  }

  async #work(): Promise<boolean> {
    if (this.#dueAt !== null && this.#dependencies.clock.now() >= this.#dueAt) await this.#write();
    return false;
  }

  async #write(): Promise<void> {
    const { store, clock } = this.#dependencies;
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    this.#dueAt = null;
    if (counts.length === 0) return;
    try {
      await store.recordRefusals(counts, clock.now());
    } catch (error) {
      // Told as any other fault, and tried again with what comes meanwhile.
      for (const one of counts) this.#add(one);
      this.#dueAt ??= addMs(clock.now(), gatherMs);
      throw error;
    }
  }

  #add({ source, reason, count }: Refusals): void {
    const key = `${source} ${reason}`;
    this.#counts.set(key, { source, reason, count: count + (this.#counts.get(key)?.count ?? 0) });
  }
}
