import type { Damage } from './store.ts';

/** Of a look at everything. */
export interface Findings {
  readonly damages: readonly Damage[];
  /** Whose digests were compared. */
  readonly rows: number;
}

/** As many as somebody may want to read; they are counted all the same. */
const keptMax = 1_000;

export const notAsWritten = 'what is stored is not what was written';

/** What was found damaged, each told once. */
export class FoundDamages {
  readonly #tell: (damage: Damage) => void;
  #found = new Map<string, Damage>();

  constructor(tell: (damage: Damage) => void) {
    this.#tell = tell;
  }

  report(damage: Damage): void {
    const key = `${damage.place}: ${damage.what}`;
    if (this.#found.has(key) || this.#found.size >= keptMax) return;
    this.#found.set(key, damage);
    this.#tell(damage);
  }

  /** A look at everything is through: what it did not find is gone. */
  replace(damages: readonly Damage[]): void {
    const before = this.#found;
    this.#found = new Map();
    for (const damage of damages.slice(0, keptMax)) {
      const key = `${damage.place}: ${damage.what}`;
      this.#found.set(key, damage);
      if (!before.has(key)) this.#tell(damage);
    }
  }

  get all(): readonly Damage[] {
    return [...this.#found.values()];
  }
}
