import type { DeliveryStatus, Settlement } from '../model/delivery.ts';
import type { EventStatus } from '../model/event.ts';
import type { StitchOrigin } from '../model/identity.ts';
import { latencyOf, type SeriesKey, startOf } from '../model/series.ts';
import type { SeriesRow } from './series.ts';
import type { Refusals } from './store.ts';

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
  /** By the minute, then by what is counted; added to in place, because it is done several times for every event. */
  readonly #series = new Map<number, Map<string, Counter>>();

  events(source: string, status: EventStatus, count: number): void {
    this.#add({ kind: 'event', name: source, status, count });
  }

  deliveries(destination: string, status: DeliveryStatus, count: number): void {
    this.#add({ kind: 'delivery', name: destination, status, count });
  }

  /** A canonical event whose ids came from there. */
  stitched(source: string, origin: StitchOrigin, at: Date): void {
    this.#addStitches({ source, origin, count: 1 });
    this.happened({ kind: 'stitching', name: source, what: origin }, at.getTime());
  }

  /** That it happened at that time. Unlike the counters it is never taken back: what is purged has happened all the same. */
  happened({ kind, name, what }: SeriesKey, at: number, count = 1): void {
    const minute = startOf('minute', at);
    let counters = this.#series.get(minute);
    if (counters === undefined) {
      counters = new Map();
      this.#series.set(minute, counters);
    }
    const key = `${kind} ${what} ${name}`;
    const counter = counters.get(key);
    if (counter === undefined) counters.set(key, { starts_at: minute, kind, name, what, count });
    else counter.count += count;
  }

  /** What is counted with its reason; anything that has none is no problem. */
  problem({ kind, name, reason, cause, count }: MaybeProblem): void {
    if (reason === null || cause === null) return;
    const key = JSON.stringify([kind, name, reason, cause]);
    this.#problems.set(key, { kind, name, reason, cause, count: count + (this.#problems.get(key)?.count ?? 0) });
  }

  /** A new event; what no mapping will see has failed at once. */
  recorded(name: string, status: EventStatus, at: number): void {
    this.happened({ kind: 'event', name, what: 'received' }, at);
    if (status !== 'received') this.happened({ kind: 'event', name, what: status }, at);
  }

  refused(refusals: readonly Refusals[], now: Date): void {
    for (const { source: name, reason: what, count } of refusals)
      this.happened({ kind: 'refusal', name, what }, now.getTime(), count);
  }

  /** What came of a delivery. How long what was made again took tells when somebody replayed it. */
  settled({ to, delivery, settledAt }: Settlement): void {
    if (to === 'released') return;
    const { destination: name, receivedAt, replayOf } = delivery;
    const at = settledAt.getTime();
    this.happened({ kind: 'delivery', name, what: to === 'pending' ? 'retry' : to }, at);
    if (to !== 'delivered' || replayOf !== null) return;
    this.happened({ kind: 'latency', name, what: latencyOf(at - receivedAt.getTime()) }, at);
  }

  addAll(other: Tally): void {
    for (const change of other.changes()) this.#add(change);
    for (const problem of other.problems()) this.problem(problem);
    for (const change of other.stitches()) this.#addStitches(change);
    for (const { starts_at, count, ...key } of other.series()) this.happened(key, starts_at, count);
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

  series(): readonly SeriesRow[] {
    return [...this.#series.values()].flatMap((counters) => [...counters.values()]);
  }

  #addStitches({ source, origin, count }: StitchTallyRow): void {
    const key = `${origin} ${source}`;
    this.#stitches.set(key, { source, origin, count: count + (this.#stitches.get(key)?.count ?? 0) });
  }

  #add(change: TallyRow): void {
    const key = `${change.kind} ${change.status} ${change.name}`;
    const count = change.count + (this.#changes.get(key)?.count ?? 0);
    this.#changes.set(key, { ...change, count });
  }
}

interface Counter extends SeriesKey {
  readonly starts_at: number;
  count: number;
}

type MaybeProblem = Omit<ProblemRow, 'reason' | 'cause'> & {
  readonly reason: string | null;
  readonly cause: string | null;
};
