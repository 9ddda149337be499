import type { Log } from '../log.ts';
import type { Clock } from '../model/clock.ts';

/** Longest sleep: a due time that was missed (a clock that was set back) is found within it. */
const sleepMaxMs = 30_000;
/** The same where other processes may leave work behind, which nobody here is woken for. */
const sharedSleepMaxMs = 2_000;
/** What is due and was not to be had is somebody else's for now, or waits for a place that they hold. */
const sharedPauseMs = 50;
/** After a fault (the store is away, the evaluator does not start) the loop waits this long. */
const faultPauseMs = 1_000;

export interface LoopOptions {
  /** Named in the log. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether other processes share the store. */
  readonly isShared?: boolean;
  /** Does what is due; true when there may be more at once. */
  readonly work: () => Promise<boolean>;
  /** When something falls due by itself; null when only a wake-up brings work. */
  readonly nextDueAt: () => Promise<Date | null>;
}

/** Claim, work, sleep until woken or due: the one loop that all workers use. Wake-ups come from commits, not from polling. */
export class Loop {
  readonly #options: LoopOptions;
  #stopping = false;
  #woken = false;
  #wakeUp: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be work; never lost, even when the loop is just deciding to sleep. */
  wake(): void {
    this.#woken = true;
    this.#wakeUp();
  }

  /** Resolves when the work under way is done. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeUp();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const pauseMs = await this.#turn();
      if (pauseMs > 0 && !this.#woken && !this.#stopping) await this.#sleep(pauseMs);
    }
  }

  /** One round of work; how long to sleep after it. */
  async #turn(): Promise<number> {
    this.#woken = false;
    try {
      if (await this.#options.work()) return 0;
      const dueAt = await this.#options.nextDueAt();
      const { isShared = false, clock } = this.#options;
      const [shortest, longest] = isShared ? [sharedPauseMs, sharedSleepMaxMs] : [1, sleepMaxMs];
      if (dueAt === null) return longest;
      return Math.min(Math.max(dueAt.getTime() - clock.now().getTime(), shortest), longest);
    } catch (error) {
      // One of the four places that catch faults: a worker outlives them, because its work is on disk.
      this.#options.log.write('worker.failed', { worker: this.#options.name, err: error });
      this.#woken = false;
      return faultPauseMs;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
