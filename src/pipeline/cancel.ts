import { addMs, type Clock } from '../model/clock.ts';
import type { CancellableStatus, OpenFilter } from '../store/repair.ts';
import type { Store } from '../store/store.ts';

/** Moved in one transaction. */
const atOnce = 500;

/** All that fit every member that is there; with a reason or cause only dead ones fit. */
export interface CancellationOrder extends Pick<OpenFilter, 'reason' | 'cause'> {
  readonly destination?: string | undefined;
  readonly status?: CancellableStatus | undefined;
}

export interface CancelDependencies {
  readonly store: Pick<Store, 'stats' | 'countDead' | 'cancelFirst'>;
  readonly clock: Clock;
}

/** Deliveries by destination. */
type Counts = ReadonlyMap<string, number>;

/** How many would be given up now. */
export async function countCancellable(order: CancellationOrder, { store }: CancelDependencies): Promise<Counts> {
  const { destination, reason, cause } = order;
  const statuses = statusesOf(order);
  const dead = statuses.includes('dead') ? await store.countDead({ destination, reason, cause }) : [];
  const { deliveriesByDestination } = await store.stats();
  const pending = deliveriesByDestination.filter(
    (one) =>
      one.status === 'pending' && statuses.includes('pending') && (destination ?? one.destination) === one.destination,
  );
  return sums([...dead, ...pending]);
}

/** Gives them up for good, oldest first. What breaks off in the middle goes on when it is asked for again. */
export async function cancelAll(order: CancellationOrder, dependencies: CancelDependencies): Promise<Counts> {
  const { store, clock } = dependencies;
  const { reason, cause } = order;
  const now = clock.now();
  // What comes meanwhile is not meant, so that this ends.
  const until = addMs(now, 1);
  const moved: { readonly destination: string; readonly count: number }[] = [];
  for (const destination of (await countCancellable(order, dependencies)).keys()) {
    for (const status of statusesOf(order)) {
      let count = atOnce;
      while (count === atOnce) {
        const filter = { destination, status, reason, cause, until };
        count = (await store.cancelFirst({ filter, limit: atOnce, now })).length;
        moved.push({ destination, count });
      }
    }
  }
  return sums(moved);
}

function statusesOf({ status, reason, cause }: CancellationOrder): readonly CancellableStatus[] {
  if (status !== undefined) return [status];
  return reason === undefined && cause === undefined ? ['pending', 'dead'] : ['dead'];
}

function sums(counted: readonly { readonly destination: string; readonly count: number }[]): Counts {
  const counts = new Map<string, number>();
  for (const { destination, count } of counted)
    if (count > 0) counts.set(destination, (counts.get(destination) ?? 0) + count);
  return new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
