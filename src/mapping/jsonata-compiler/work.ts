/** How long one expression may take in milliseconds, as the interpreter's guardrail has it. */
export const evaluationMsMax = 250;
/** Rounds between two looks at the clock. */
const roundsUnseen = 1024;

/** An expression took longer than it may. */
export class TimeSpent {}

/** Counts the rounds of an evaluation's loops and ends one that takes too long; what has no loop needs no clock. */
export class Work {
  #rounds = 0;
  #startedMs: number | undefined;

  /** Throws `TimeSpent`. */
  round(): void {
    this.#rounds += 1;
    if (this.#rounds % roundsUnseen === 0) this.#look();
  }

  #look(): void {
    const nowMs = performance.now();
    this.#startedMs ??= nowMs;
    if (nowMs - this.#startedMs > evaluationMsMax) throw new TimeSpent();
  }
}
