import { addMs, type Clock } from '../model/clock.ts';
import type { DeadFilter } from '../store/repair.ts';
import type { Store } from '../store/store.ts';

/** Moved in one transaction. */
const atOnce = 500;

export interface BulkRedelivery {
  readonly filter: DeadFilter;
  /** Due in a second. */
  readonly rate: number;
}

/** Every dead delivery that fits, due one after the other; how many by destination. What breaks off in the middle goes on when it is asked for again. */
export async function redeliverAll(
  { filter, rate }: BulkRedelivery,
  { store, clock }: { readonly store: Pick<Store, 'redeliver'>; readonly clock: Clock },
): Promise<ReadonlyMap<string, number>> {
  const startedAt = clock.now();
  const end = addMs(startedAt, 1);
  // What dies again meanwhile has had its chance.
  const until = filter.until !== undefined && filter.until < end ? filter.until : end;
  const everyMs = 1_000 / rate;
  const counts = new Map<string, number>();
  for (let moved = 0; ; ) {
    const dueAt = addMs(startedAt, Math.round(moved * everyMs));
    const which = { filter: { ...filter, until }, limit: atOnce };
    const redelivered = await store.redeliver({ which, dueAt, everyMs });
    for (const { destination } of redelivered) counts.set(destination, (counts.get(destination) ?? 0) + 1);
    moved += redelivered.length;
    if (redelivered.length < atOnce) return counts;
  }
}
