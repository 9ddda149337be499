import { type Clock, dateFromMs } from '../../model/clock.ts';

/** A moment of the database as told by one answer, and of ours when we asked and when we heard. */
export interface Sample {
  readonly databaseMs: number;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** An estimate is replaced by the next one when it is older, since two clocks drift apart. */
const keptMs = 30_000;
/** Time stands still rather than going back, unless the database's own clock was set back by more. */
const heldMs = 1_000;

/**
 * The database's time without asking each time: what lies between it and our monotonic clock is measured with answers
 * that come anyway. The clock of this machine has no part in it, so all replicas agree whatever theirs say.
 */
export class DatabaseClock implements Clock {
  readonly #monotonicMs: () => number;
  #earliest = Number.NEGATIVE_INFINITY;
  #latest = Number.POSITIVE_INFINITY;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  now(): Date {
    const ms = this.#monotonicMs() + (this.#earliest + this.#latest) / 2;
    const isHeld = ms < this.#toldMs && ms > this.#toldMs - heldMs;
    this.#toldMs = isHeld ? this.#toldMs : Math.floor(ms);
    return dateFromMs(this.#toldMs);
  }

  /** The offset lies between what it was if the database answered at once and if the answer needed no time to come. */
  measured({ databaseMs, askedMs, answeredMs }: Sample): void {
    const [earliest, latest] = [databaseMs - answeredMs, databaseMs - askedMs];
    const isSharper = latest - earliest <= this.#latest - this.#earliest;
    const isElsewhere = latest < this.#earliest || earliest > this.#latest;
    if (!isSharper && !isElsewhere && answeredMs - this.#measuredMs < keptMs) return;
    [this.#earliest, this.#latest, this.#measuredMs] = [earliest, latest, answeredMs];
  }
}
