import type { Draft } from '../model/delivery.ts';
import type { ReplayCandidate } from '../store/repair.ts';

/** Payloads that a destination would get under new ids, although it has the same events by a mapping file that is gone. */
export interface Repeated {
  readonly destination: string;
  /** The file that made what the destination has, and the one that would make it anew. */
  readonly was: string;
  readonly now: string;
  readonly count: number;
}

type Made = Pick<Draft, 'destination' | 'mapping'>;

/**
 * Outgoing ids hang on the names of mapping files. A file that still translates the event is not meant: then two send it.
 */
export class RepeatedPayloads {
  readonly #counts = new Map<string, Repeated>();

  /** Of a draft that would be a new delivery; `all` are those of its event. */
  add({ deliveries }: ReplayCandidate, draft: Made, all: readonly Made[]): void {
    const { destination, mapping } = draft;
    const made = deliveries.find(
      (one) =>
        one.destination === destination &&
        !(one.status === 'dead' || one.status === 'cancelled') &&
        !all.some((other) => other.mapping.file === one.mapping),
    );
    if (made === undefined) return;
    const key = JSON.stringify([destination, made.mapping, mapping.file]);
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { destination, was: made.mapping, now: mapping.file, count });
  }

  /** The most first. */
  result(max: number): readonly Repeated[] {
    return [...this.#counts.values()].toSorted((a, b) => b.count - a.count).slice(0, max);
  }
}
