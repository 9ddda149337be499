import type { Log } from '../log.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { ReplayId } from '../model/id.ts';
import type { Replay } from '../model/replay.ts';
import type { Store } from '../store/store.ts';
import { Loop } from './loop.ts';

/** How often a replay whose events are all in line is looked at, in milliseconds. */
const lookEveryMs = 1_000;

export interface ReplayDependencies {
  readonly store: Pick<Store, 'continueReplays' | 'getReplay' | 'listReplays' | 'nextDueAt' | 'isShared'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told that events wait to be translated. */
  readonly putInLine: () => void;
}

/**
 * Puts stored events back in line at the pace of their replays; the translator does the rest. Each step is a transaction
 * of its own, so that a replay goes on wherever and whenever there is a gateway.
 */
export class ReplayWorker {
  readonly #dependencies: ReplayDependencies;
  readonly #loop: Loop;
  /** Those whose end is told in the log. */
  readonly #running = new Set<ReplayId>();

  constructor(dependencies: ReplayDependencies) {
    const { store, clock, log } = dependencies;
    this.#dependencies = dependencies;
    this.#loop = new Loop({
      name: 'replay',
      clock,
      log,
      isShared: store.isShared,
      work: () => this.#work(),
      nextDueAt: () => this.#nextDueAt(),
    });
  }

  /** Takes up what was running when the gateway ended. */
  async start(): Promise<void> {
    const replays = await this.#dependencies.store.listReplays();
    for (const { id, status } of replays) if (status === 'running') this.#running.add(id);
    this.#loop.start();
  }

  started(id: ReplayId): void {
    this.#running.add(id);
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #work(): Promise<boolean> {
    const { store, clock, log, putInLine } = this.#dependencies;
    if ((await store.continueReplays(clock.now())) > 0) putInLine();
    for (const id of this.#running) {
      const replay = await store.getReplay(id);
      if (replay?.status === 'running') continue;
      this.#running.delete(id);
      if (replay !== undefined) log.write('replay.ended', endOf(replay));
    }
    return false;
  }

  async #nextDueAt(): Promise<Date | null> {
    const { store, clock } = this.#dependencies;
    const dueAt = await store.nextDueAt({ kind: 'replays' });
    if (this.#running.size === 0) return dueAt;
    const look = addMs(clock.now(), lookEveryMs);
    return dueAt !== null && dueAt < look ? dueAt : look;
  }
}

function endOf({ id, status, progress: { translated, unmatched, failed, fates } }: Replay) {
  return { replay_id: id, status, translated, unmatched, failed, deliveries: fates.new + fates.again };
}
