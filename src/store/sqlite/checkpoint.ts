/**
 * Copies what was committed from the write-ahead log into the database. SQLite would do it in the commit that fills the log,
 * and everybody who waits for that commit would wait for the copy as well.
 */
import { Worker } from 'node:worker_threads';
import type { Database, Statement } from 'better-sqlite3';
import { isOfDatabase } from './fault.ts';

/** Frames of the log, of a page each. */
const frames = {
  /** Uncopied, from which on a copy is worth its fsync: 8 MB. */
  due: 2_000,
  /** Uncopied, which hardly anybody notices being copied. */
  few: 1_000,
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
  #isGivenUp = false;

  constructor(db: Database) {
    db.pragma('wal_autocheckpoint = 0');
    this.#db = db;
    this.#look = db.prepare('pragma wal_checkpoint(noop)');
    this.#finish = db.prepare('pragma wal_checkpoint(passive)');
  }

  /** Costs some microseconds; the copying is done elsewhere. */
  committed(): void {
    this.#commits += 1;
    if (this.#commits % commitsPerLook !== 0 || this.#copying !== undefined || this.#isGivenUp) return;
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
      if (!isOfDatabase(error)) throw error;
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
    thread.on('message', () => this.#copied());
    thread.on('error', () => this.#giveUp());
    return thread;
  }

  /**
   * What is left is copied here, where nobody writes meanwhile: so the next commit begins the log anew. Whatever that costs,
   * because only then SQLite syncs what was copied, and what is put off grows.
   */
  #copied(): void {
    try {
      this.#finish.get();
    } catch (error) {
      // A full disk, somebody else's lock: the log is longer for a while.
      if (!isOfDatabase(error)) throw error;
    } finally {
      this.#isQuiet();
    }
  }

  /** Without a thread the commit that fills the log copies it, as SQLite does by itself. */
  #giveUp(): void {
    this.#isGivenUp = true;
    this.#thread = undefined;
    this.#db.pragma('wal_autocheckpoint = 1000');
    this.#isQuiet();
  }

  #isQuiet(): void {
    this.#copying?.resolve();
    this.#copying = undefined;
  }
}
