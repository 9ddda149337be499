/** How long one expression may take in milliseconds, as the interpreter's guardrail has it. */
export const evaluationMsMax = 250;
/** Rounds between two looks at the clock. */
const roundsUnseen = 1024;

/** An expression took longer than it may. */
export class TimeSpent {}

/** What one evaluation of an expression has besides its context. */
export class Frame {
  /** `$$`. */
  readonly root: unknown;
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Of the variables that the expression binds itself. */
  readonly locals: unknown[] = [];
  #rounds = 0;
  #startedMs: number | undefined;

  constructor(root: unknown, bindings: Readonly<Record<string, unknown>>) {
    this.root = root;
    this.bindings = bindings;
  }

  /** Counts the rounds of loops and ends what takes too long; what has no loop needs no clock. Throws `TimeSpent`. */
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
