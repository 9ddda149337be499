import { assertRoom } from '../room.ts';
import { isDatabaseError, storeFault } from './fault.ts';

export interface Grouping<Item, Result> {
  /** Does everything in one transaction and resolves when that is committed. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Transactions at once. */
  readonly atOnce: number;
  /** Items in one transaction. */
  readonly most: number;
}

/** Bytes in one transaction, where there is a choice: what is waited for should not take long. */
const bytesMax = 8 * 1024 * 1024;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Lets what waits share one transaction, and so its round trips and its fsync. While one is under way the next group
 * gathers, so that groups size themselves to the database. A caller hears of its write after the COMMIT, never before.
 */
export class GroupCommit<Item, Result> {
  readonly #grouping: Grouping<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #waitingBytes = 0;
  #isGathering = false;
  readonly #underWay = new Set<Promise<void>>();

  constructor(grouping: Grouping<Item, Result>) {
    this.#grouping = grouping;
  }

  /** Adds work that must not be refused. */
  add(item: Item, bytes = 0): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#gather();
    });
  }

  /** Adds work that can be turned away while too much is waiting. */
  async addIfRoom(item: Item, bytes: number): Promise<Result> {
    assertRoom(this.#waiting.length, this.#waitingBytes + bytes);
    return this.add(item, bytes);
  }

  /** Each by itself: one that fails takes no other with it. Throws the first failure after all have ended. */
  async addEach(items: readonly Item[]): Promise<readonly Result[]> {
    const ends = await Promise.allSettled(items.map((item) => this.add(item)));
    return ends.map((end) => {
      if (end.status === 'rejected') throw storeFault(end.reason);
      return end.value;
    });
  }

  /** Resolves when nothing that was waiting waits any more. */
  async drained(): Promise<void> {
    while (this.#waiting.length + this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Everything that comes in this turn of the event loop belongs to one group. */
  #gather(): void {
    if (this.#isGathering || this.#underWay.size >= this.#grouping.atOnce) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#begin();
    });
  }

  #begin(): void {
    while (this.#waiting.length > 0 && this.#underWay.size < this.#grouping.atOnce) {
      const running = this.#commit(this.#take()).finally(() => {
        this.#underWay.delete(running);
        if (this.#waiting.length > 0) this.#gather();
      });
      this.#underWay.add(running);
    }
  }

  #take(): readonly Waiting<Item, Result>[] {
    let [count, bytes] = [0, 0];
    for (const waiting of this.#waiting.slice(0, this.#grouping.most)) {
      if (count > 0 && bytes + waiting.bytes > bytesMax) break;
      count += 1;
      bytes += waiting.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  /** Where one of them fails by itself, halves find out which. */
  async #commit(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#grouping.commit(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      const middle = Math.ceil(group.length / 2);
      if (group.length > 1 && !isDatabaseError(error)) {
        await this.#commit(group.slice(0, middle));
        await this.#commit(group.slice(middle));
        return;
      }
      const fault = storeFault(error);
      for (const { reject } of group) reject(fault);
    }
  }
}
