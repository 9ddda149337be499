import type { Database } from 'better-sqlite3';

import { GatewayError } from '../../model/error.ts';
import { assertRoom, roomLimits } from '../room.ts';
import { Tally } from '../tally.ts';
import { isBusy, isDamage, isDatabaseError, isFull, storeFault, unavailable } from './fault.ts';
import { type TallyStatements, writeTally } from './tally-statements.ts';

export const writeLimits = {
  /** Most operations in one commit: bounds how long the event loop stands still. */
  group: 1_000,
  /** Most events that requests of one commit bring, or one request: meanwhile no other is read and no connection accepted. */
  events: 500,
  /** Of other operations in a commit that senders wait for; they take about twice as long. */
  besideRequests: 100,
  ...roomLimits,
  /** Another process's lock is tried for so long, this far apart: a sender hears of it within a second. */
  lockMs: 600,
  lockWaitMs: 30,
} as const;

/** One method's part of a transaction. It may run twice, so what it does is in the database or in its result;
 * contents that it takes from memory are then read from the database. */
export type Work<T> = (tally: Tally) => T;

export interface CommitHooks {
  /** Told when the disk is full; true when there is space now. */
  readonly makeSpace: () => boolean;
  /** Told after each commit. */
  readonly committed: () => void;
  /** Resolves when nobody else works on the database file. */
  readonly quiet: () => Promise<void>;
}

interface Operation {
  readonly bytes: number;
  /** What a sender brings. */
  readonly events: number;
  /** Does the work; what it returns tells the caller, once the commit is on disk. */
  readonly run: (tally: Tally) => () => void;
  readonly reject: (fault: GatewayError) => void;
}

/**
 * Lets everything that waits share one transaction and therefore one fsync. While a commit runs, the next group
 * gathers, so that groups size themselves to the disk. A caller hears of its write after the COMMIT, never before.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #tallySql: TallyStatements;
  readonly #hooks: CommitHooks;
  #isHeld = false;
  /** Senders wait for these with an open connection, so they go first. */
  #requests: Operation[] = [];
  #others: Operation[] = [];
  #waitingBytes = 0;
  #scheduled = false;

  constructor(db: Database, tallySql: TallyStatements, hooks: Partial<CommitHooks> = {}) {
    this.#db = db;
    this.#tallySql = tallySql;
    this.#hooks = { makeSpace: () => false, committed: () => undefined, quiet: () => Promise.resolve(), ...hooks };
  }

  /** Adds work that must not be refused: a settlement that is turned away is a payload sent twice. */
  write<T>(work: Work<T>): Promise<T> {
    return this.#add(work, this.#others, { bytes: 0, events: 0 });
  }

  #add<T>(work: Work<T>, line: Operation[], size: Pick<Operation, 'bytes' | 'events'>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (tally: Tally) => {
        const result = work(tally);
        return () => resolve(result);
      };
      line.push({ ...size, run, reject });
      this.#waitingBytes += size.bytes;
      this.#schedule();
    });
  }

  /** Adds work that can be turned away while too much is waiting, or nothing is written: then who comes back can wait there. */
  async writeIfRoom<T>(work: Work<T>, bytes: number, { events = 1, isSentOnce = false } = {}): Promise<T> {
    if (this.#isHeld && !isSentOnce) throw new GatewayError('STORE_UNAVAILABLE', 'the database is being rewritten');
    assertRoom(this.#waiting, this.#waitingBytes + bytes);
    return this.#add(work, this.#requests, { bytes, events });
  }

  /** Each work on its own: one that fails takes no other with it. Throws the first failure after all have ended. */
  async writeEach<T>(works: readonly Work<T>[]): Promise<readonly T[]> {
    const ends = await Promise.allSettled(works.map((work) => this.write(work)));
    return ends.map((end) => {
      if (end.status === 'rejected') throw storeFault(end.reason);
      return end.value;
    });
  }

  /** Lets somebody else write alone: what must not be refused waits, and requests that come again are turned away. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#isHeld = true;
    try {
      await this.#hooks.quiet();
      return await work();
    } finally {
      this.#isHeld = false;
      this.#schedule();
    }
  }

  /** Resolves when nothing that was waiting waits any more. */
  async drained(): Promise<void> {
    while (this.#waiting > 0) await this.write(() => undefined).catch(() => undefined);
  }

  get #waiting(): number {
    return this.#requests.length + this.#others.length;
  }

  #schedule(): void {
    if (this.#scheduled || this.#isHeld) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(lockedSinceMs = performance.now()): void {
    this.#scheduled = false;
    if (this.#isHeld || this.#waiting === 0) return;
    try {
      this.#db.exec('begin immediate');
    } catch (error) {
      this.#couldNotBegin(error, lockedSinceMs);
      return;
    }
    this.#commit(this.#nextGroup());
    if (this.#waiting > 0) this.#schedule();
  }

  /** The group stays in line while the lock may still come free; after that everything waiting hears the same. */
  #couldNotBegin(error: unknown, lockedSinceMs: number): void {
    if (isBusy(error) && performance.now() - lockedSinceMs < writeLimits.lockMs) {
      this.#scheduled = true;
      setTimeout(() => this.#flush(lockedSinceMs), writeLimits.lockWaitMs);
      return;
    }
    rejectAll(this.#take(this.#requests.length, this.#others.length), error);
  }

  #nextGroup(): readonly Operation[] {
    if (this.#requests.length === 0) return this.#take(0, writeLimits.group);
    const others = Math.min(this.#others.length, writeLimits.besideRequests);
    return this.#take(this.#fewRequests(writeLimits.group - others), others);
  }

  /** As many as bring no more events than a commit should have. */
  #fewRequests(most: number): number {
    let [count, events] = [0, 0];
    for (const request of this.#requests.slice(0, most)) {
      events += request.events;
      if (count > 0 && events > writeLimits.events) break;
      count += 1;
    }
    return count;
  }

  #take(requests: number, others: number): readonly Operation[] {
    const group = [...this.#requests.splice(0, requests), ...this.#others.splice(0, others)];
    for (const { bytes } of group) this.#waitingBytes -= bytes;
    return group;
  }

  #commit(group: readonly Operation[]): void {
    const tally = new Tally();
    let confirmations: readonly (() => void)[];
    try {
      confirmations = group.map((operation) => operation.run(tally));
    } catch (error) {
      this.#rollback();
      if (isDatabaseError(error)) this.#couldNotCommit(group, error);
      else this.#commitApart(group);
      return;
    }
    this.#finish(group, tally, confirmations);
  }

  /** The same group again with a savepoint for each, because one of them fails: it alone is left out. */
  #commitApart(group: readonly Operation[]): void {
    const tally = new Tally();
    const confirmations: (() => void)[] = [];
    try {
      this.#db.exec('begin immediate');
      for (const operation of group) {
        const confirm = this.#runApart(operation, tally);
        if (confirm !== undefined) confirmations.push(confirm);
      }
    } catch (error) {
      this.#rollback();
      this.#couldNotCommit(group, error);
      return;
    }
    this.#finish(group, tally, confirmations);
  }

  /** Once more where space was made, which happens once: until then nothing of the group was told to anybody. */
  #couldNotCommit(group: readonly Operation[], error: unknown): void {
    if (!isFull(error) || !this.#hooks.makeSpace()) {
      rejectAll(group, error);
      return;
    }
    try {
      this.#db.exec('begin immediate');
    } catch (busy) {
      rejectAll(group, busy);
      return;
    }
    this.#commit(group);
  }

  #runApart(operation: Operation, tally: Tally): (() => void) | undefined {
    const own = new Tally();
    this.#db.exec('savepoint operation');
    try {
      const confirm = operation.run(own);
      this.#db.exec('release operation');
      tally.addAll(own);
      return confirm;
    } catch (error) {
      // A full disk may have ended the whole transaction; then this throws, and the group fails as one.
      this.#db.exec('rollback to operation; release operation');
      operation.reject(storeFault(error));
      return undefined;
    }
  }

  #finish(group: readonly Operation[], tally: Tally, confirmations: readonly (() => void)[]): void {
    try {
      writeTally(this.#tallySql, tally);
      this.#db.exec('commit');
    } catch (error) {
      this.#rollback();
      this.#couldNotCommit(group, error);
      return;
    }
    for (const confirm of confirmations) confirm();
    this.#hooks.committed();
  }

  #rollback(): void {
    // SQLite has already rolled back by itself after some errors (FULL, IOERR).
    if (this.#db.inTransaction) this.#db.exec('rollback');
  }
}

function rejectAll(operations: readonly Operation[], cause: unknown): void {
  const fault = isDamage(cause) ? storeFault(cause) : unavailable(cause);
  for (const operation of operations) operation.reject(fault);
}
