/** How long files must stand still before they are read, in milliseconds. */
export interface SettlingTimes {
  /** As long as two parts of one save are apart. */
  readonly stillMs: number;
  /** A file that never stands still is read all the same after this time, and again as long as it moves. */
  readonly patienceMs: number;
}

export const settlingTimes: SettlingTimes = { stillMs: 250, patienceMs: 1_000 };

/** A file as it was seen; `stamp` changes whenever its content may have. */
export interface Sighting {
  readonly name: string;
  readonly stamp: string;
}

/** A file to deal with now. */
export interface DueFile {
  readonly name: string;
  /** Null when the file is gone. */
  readonly stamp: string | null;
  /** False when it still changes: it will be due again. */
  readonly still: boolean;
}

export interface Due {
  readonly due: readonly DueFile[];
  /** Some files have changed and are given time. */
  readonly waiting: boolean;
}

interface Moving {
  readonly stamp: string | null;
  readonly stillSinceMs: number;
  readonly movingSinceMs: number;
}

/** Tells which files of a folder have changed and can be read: half-written ones and those just being replaced wait. */
export class Settling {
  readonly #times: SettlingTimes;
  readonly #dealtWith = new Map<string, string>();
  readonly #moving = new Map<string, Moving>();
  #isFirst = true;

  constructor(times: SettlingTimes = settlingTimes) {
    this.#times = times;
  }

  /** All files as they are at `nowMs`. What is there the first time has not just changed. */
  see(sightings: readonly Sighting[], nowMs: number): Due {
    const stamps = new Map(sightings.map(({ name, stamp }) => [name, stamp]));
    const names = new Set([...this.#dealtWith.keys(), ...this.#moving.keys(), ...stamps.keys()]);
    const due = [...names].flatMap((name) => this.#judge(name, stamps.get(name) ?? null, nowMs));
    this.#isFirst = false;
    return { due: due.toSorted((a, b) => (a.name < b.name ? -1 : 1)), waiting: this.#moving.size > due.length };
  }

  #judge(name: string, stamp: string | null, nowMs: number): readonly DueFile[] {
    if (stamp === (this.#dealtWith.get(name) ?? null)) {
      this.#moving.delete(name);
      return [];
    }
    const before = this.#moving.get(name);
    const { movingSinceMs = nowMs } = before ?? {};
    const stillSinceMs = before?.stamp === stamp ? before.stillSinceMs : nowMs;
    this.#moving.set(name, { stamp, stillSinceMs, movingSinceMs });
    const still = this.#isFirst || nowMs - stillSinceMs >= this.#times.stillMs;
    return still || nowMs - movingSinceMs >= this.#times.patienceMs ? [{ name, stamp, still }] : [];
  }

  /** The file was read as it was seen. */
  dealtWith({ name, stamp, still }: DueFile): void {
    this.#moving.delete(name);
    if (!still) return;
    if (stamp === null) this.#dealtWith.delete(name);
    else this.#dealtWith.set(name, stamp);
  }
}
