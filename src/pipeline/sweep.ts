import type { Log } from '../log.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { Purged, Retention, Store, StoreCondition } from '../store/store.ts';
import { Loop } from './loop.ts';

/** Events at a time, and the rest between two: receiving goes on in between. */
const purgeLimit = 50;
const purgeRestMs = 50;
const purgeEveryMs = 60_000;
/** While the disk is short. */
const purgeEveryMsShort = 5_000;
const purgeFirstMs = 20_000;

/** From the end of one look to the start of the next: what is damaged is found within ten minutes. */
const examineEveryMs = 300_000;
const examineFirstMs = 60_000;

export interface SweepDependencies {
  readonly store: Pick<Store, 'purge' | 'examine' | 'condition' | 'isShared'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly keep: Retention;
}

/** What is done for the store now and then: letting go of what is past its retention, and looking for damage. */
export class Sweeper {
  readonly #dependencies: SweepDependencies;
  readonly #stopping = new AbortController();
  readonly #loops: readonly Loop[];
  #purgeAt: Date;
  #examineAt: Date;
  #purged = { events: 0, requests: 0, deliveries: 0, attempts: 0, keys: 0 };

  constructor(dependencies: SweepDependencies) {
    const { clock, log, store } = dependencies;
    this.#dependencies = dependencies;
    this.#purgeAt = addMs(clock.now(), purgeFirstMs);
    this.#examineAt = addMs(clock.now(), examineFirstMs);
    const common = { clock, log, isShared: store.isShared };
    this.#loops = [
      new Loop({ ...common, name: 'purge', work: () => this.#purge(), nextDueAt: async () => this.#purgeAt }),
      new Loop({ ...common, name: 'examine', work: () => this.#examine(), nextDueAt: async () => this.#examineAt }),
    ];
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  async #purge(): Promise<boolean> {
    const { store, clock, keep } = this.#dependencies;
    const now = clock.now();
    if (now < this.#purgeAt) return false;
    this.#purgeAt = addMs(now, purgeEveryMs);
    const purged = await store.purge({ now, keep, limit: purgeLimit });
    this.#count(purged);
    if (!purged.isAll) this.#purgeAt = addMs(now, purgeRestMs);
    else if (isShort(await store.condition())) this.#purgeAt = addMs(now, purgeEveryMsShort);
    return false;
  }

  /** One line for all that went together, however many transactions it took. */
  #count({ isAll, ...purged }: Purged): void {
    const before = this.#purged;
    this.#purged = {
      events: before.events + purged.events,
      requests: before.requests + purged.requests,
      deliveries: before.deliveries + purged.deliveries,
      attempts: before.attempts + purged.attempts,
      keys: before.keys + purged.keys,
    };
    if (!isAll) return;
    if (this.#purged.events + this.#purged.keys > 0) this.#dependencies.log.write('store.purged', this.#purged);
    this.#purged = { events: 0, requests: 0, deliveries: 0, attempts: 0, keys: 0 };
  }

  async #examine(): Promise<boolean> {
    const { store, clock, log } = this.#dependencies;
    if (clock.now() < this.#examineAt) return false;
    this.#examineAt = addMs(clock.now(), examineEveryMs);
    if (!(await store.examine(this.#stopping.signal))) return false;
    this.#examineAt = addMs(clock.now(), examineEveryMs);
    const { damages, examined } = await store.condition();
    log.write('store.examined', { rows: examined?.rows ?? 0, damages: damages.length });
    return false;
  }
}

const isShort = ({ disk }: StoreCondition): boolean => disk !== null && disk.freeBytes < disk.reserveBytes;
