/**
 * Copies what was committed from the write-ahead log into the database. SQLite would do it in the commit that fills the log,
 * and everybody who waits for that commit would wait for the copy as well.
 */
import { Worker } from 'node:worker_threads';
import type { Database, Statement } from 'better-sqlite3';
import { isDatabaseError } from './fault.ts';

/** Frames of the log, of a page each. */
const frames = {
  /** Uncopied, from which on a copy is worth its fsync: 8 MB. */
  due: 2_000,
  /** Uncopied, which no commit notices being copied. The log begins anew only when all of it is copied. */
  few: 400,
} as const;
/** Commits between two looks at the log. */
const commitsPerLook = 8;

/** Where the log stands. */
export interface LogState {
  /** Frames in it. */
  readonly log: number;
  /** Those that are in the database already. */
  readonly checkpointed: number;
}

/** One for the only connection that writes. */
export class Checkpoints {
  readonly #db: Database;
  readonly #look: Statement<[], LogState>;
  readonly #finish: Statement<[], LogState>;
  /** Not before the log is long for the first time: an idle gateway has no use for it. */
  #thread: Worker | undefined;
  #copying: PromiseWithResolvers<void> | undefined;
  #commits = 0;

  constructor(db: Database) {
    db.pragma('wal_autocheckpoint = 0');
    this.#db = db;
    this.#look = db.prepare('pragma wal_checkpoint(noop)');
    this.#finish = db.prepare('pragma wal_checkpoint(passive)');
  }

  /** Costs some microseconds; the copying is done elsewhere. */
  committed(): void {
    this.#commits += 1;
    if (this.#commits % commitsPerLook !== 0 || this.#copying !== undefined) return;
    if (this.#uncopied() >= frames.due) this.#copy();
  }

  /** Resolves when nothing is being copied. Without further commits nothing will be. */
  async quiet(): Promise<void> {
    await this.#copying?.promise;
  }

  async stop(): Promise<void> {
    await this.quiet();
    await this.#thread?.terminate();
  }

  #uncopied(): number {
    try {
      const { log, checkpointed } = this.#look.get() ?? { log: 0, checkpointed: 0 };
      return log - checkpointed;
    } catch (error) {
      // Of damage and locks those hear who read and write.
      if (!isDatabaseError(error)) throw error;
      return 0;
    }
  }

  #copy(): void {
    this.#copying = Promise.withResolvers();
    this.#thread ??= this.#start();
    this.#thread.postMessage('copy');
  }

  #start(): Worker {
    // The extension of this very file: .ts as it is, .js when it is built.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const workerData = { file: this.#db.name, few: frames.few };
    const thread = new Worker(new URL(`./checkpoint-thread${extension}`, import.meta.url), { workerData });
    thread.unref();
    thread.on('message', () => this.#copied());
    // Without it the log grows until the next look starts another; nothing is lost.
    thread.on('error', () => this.#ended());
    return thread;
  }

  /** What is left is copied here, where nobody writes meanwhile: so the next commit begins the log anew. */
  #copied(): void {
    try {
      if (this.#uncopied() <= frames.few) this.#finish.get();
    } catch (error) {
      // A full disk, somebody else's lock: the log is longer for a while.
      if (!isDatabaseError(error)) throw error;
    } finally {
      this.#isQuiet();
    }
  }

  #ended(): void {
    this.#thread = undefined;
    this.#isQuiet();
  }

  #isQuiet(): void {
    this.#copying?.resolve();
    this.#copying = undefined;
  }
}
