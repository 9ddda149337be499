import type { DeliveryStatus } from '../model/delivery.ts';
import type { EventStatus } from '../model/event.ts';
import type { StitchOrigin } from '../model/identity.ts';

export type TallyRow =
  | { readonly kind: 'event'; readonly name: string; readonly status: EventStatus; readonly count: number }
  | { readonly kind: 'delivery'; readonly name: string; readonly status: DeliveryStatus; readonly count: number };

export interface StitchTallyRow {
  readonly source: string;
  readonly origin: StitchOrigin;
  readonly count: number;
}

export interface ProblemRow {
  readonly kind: 'event' | 'delivery';
  readonly name: string;
  readonly reason: string;
  readonly cause: string;
  readonly count: number;
}

/** What one transaction changes in the counters, added up so that a thousand rows cost a handful of updates. */
export class Tally {
  readonly #changes = new Map<string, TallyRow>();
  readonly #stitches = new Map<string, StitchTallyRow>();
  readonly #problems = new Map<string, ProblemRow>();

  events(source: string, status: EventStatus, count: number): void {
    this.#add({ kind: 'event', name: source, status, count });
  }

  deliveries(destination: string, status: DeliveryStatus, count: number): void {
    this.#add({ kind: 'delivery', name: destination, status, count });
  }

  /** A canonical event whose ids came from there. */
  stitched(source: string, origin: StitchOrigin, count = 1): void {
    const key = `${origin} ${source}`;
    this.#stitches.set(key, { source, origin, count: count + (this.#stitches.get(key)?.count ?? 0) });
  }

  /** What is counted with its reason; anything that has none is no problem. */
  problem({ kind, name, reason, cause, count }: MaybeProblem): void {
    if (reason === null || cause === null) return;
    const key = JSON.stringify([kind, name, reason, cause]);
    this.#problems.set(key, { kind, name, reason, cause, count: count + (this.#problems.get(key)?.count ?? 0) });
  }

  addAll(other: Tally): void {
    for (const change of other.changes()) this.#add(change);
    for (const problem of other.problems()) this.problem(problem);
    for (const { source, origin, count } of other.stitches()) this.stitched(source, origin, count);
  }

  changes(): Iterable<TallyRow> {
    return this.#changes.values();
  }

  stitches(): Iterable<StitchTallyRow> {
    return this.#stitches.values();
  }

  problems(): Iterable<ProblemRow> {
    return this.#problems.values();
  }

  #add(change: TallyRow): void {
    const key = `${change.kind} ${change.status} ${change.name}`;
    const count = change.count + (this.#changes.get(key)?.count ?? 0);
    this.#changes.set(key, { ...change, count });
  }
}

type MaybeProblem = Omit<ProblemRow, 'reason' | 'cause'> & {
  readonly reason: string | null;
  readonly cause: string | null;
};
