import type { Database, Statement } from 'better-sqlite3';
import { FoundDamages } from '../found-damages.ts';
import type { Damage } from '../store.ts';
import { isDamage } from './fault.ts';

type Claimable = 'event' | 'delivery';

/** What was found damaged, each told once; and what cannot even be moved out of its line, so that it holds up nobody. */
export class Damages extends FoundDamages {
  readonly #sql: Readonly<Record<'begin' | 'keep' | 'undo', Statement>>;
  readonly #setAside: Readonly<Record<Claimable, Set<number>>> = { event: new Set(), delivery: new Set() };

  constructor(db: Database, tell: (damage: Damage) => void) {
    super(tell);
    this.#sql = {
      begin: db.prepare('savepoint damage'),
      keep: db.prepare('release damage'),
      undo: db.prepare('rollback to damage'),
    };
  }

  /** Runs a part of a transaction by itself; false where it met damage, and nothing of it was written. */
  apart(work: () => void): boolean {
    this.#sql.begin.run();
    try {
      work();
      this.#sql.keep.run();
      return true;
    } catch (error) {
      this.#sql.undo.run();
      this.#sql.keep.run();
      if (!isDamage(error)) throw error;
      return false;
    }
  }

  /** Until the next start: SQLite refuses to write the row, because its entries in the indexes are others. */
  setAside(kind: Claimable, { seq, id }: { readonly seq: number; readonly id: string }): void {
    this.#setAside[kind].add(seq);
    this.report({ place: `${kind} ${id}`, what: 'the row is not what its indexes say, and cannot be written' });
  }

  isSetAside(kind: Claimable, seq: number): boolean {
    return this.#setAside[kind].has(seq);
  }

  get isAnySetAside(): boolean {
    return this.#setAside.event.size + this.#setAside.delivery.size > 0;
  }

  countSetAside(kind: Claimable): number {
    return this.#setAside[kind].size;
  }
}
