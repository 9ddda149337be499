import { addMs, type Clock } from '../model/clock.ts';
import type { DeliveryId } from '../model/id.ts';
import type { DeadFilter, Redelivery } from '../store/repair.ts';
import type { Store } from '../store/store.ts';

/** Moved in one transaction. */
const atOnce = 500;

export interface RedeliveryOrder {
  readonly which: { readonly ids: readonly DeliveryId[] } | { readonly filter: DeadFilter };
  /** Due in a second. */
  readonly rate: number;
  /** Those that there are: what is dead at another one would wait there for ever. */
  readonly destinations: readonly string[];
}

export interface RedeliverDependencies {
  readonly store: Pick<Store, 'redeliver' | 'countDead' | 'getDelivery'>;
  readonly clock: Clock;
}

/** Dead deliveries by destination. */
export type DeadCounts = ReadonlyMap<string, number>;

/** How many would be redelivered now. */
export async function countRedeliverable(
  order: RedeliveryOrder,
  dependencies: RedeliverDependencies,
): Promise<DeadCounts> {
  const { store, clock } = dependencies;
  const { which, destinations } = order;
  const counts = new Counts();
  if ('ids' in which) {
    for (const { destination } of await deadOf(which.ids, order, dependencies)) counts.add(destination, 1);
    return counts;
  }
  for (const { destination, count } of await store.countDead(asOf(which.filter, clock.now())))
    if (destinations.includes(destination)) counts.add(destination, count);
  return counts;
}

/** Puts them back in line, due one after the other. What breaks off in the middle goes on when it is asked for again. */
export async function redeliver(order: RedeliveryOrder, dependencies: RedeliverDependencies): Promise<DeadCounts> {
  const { which, rate, destinations } = order;
  const { store, clock } = dependencies;
  const startedAt = clock.now();
  const everyMs = 1_000 / rate;
  const counts = new Counts();
  let moved = 0;
  const move = async (some: Redelivery['which']): Promise<number> => {
    const dueAt = addMs(startedAt, Math.round(moved * everyMs));
    const redelivered = await store.redeliver({ which: some, dueAt, everyMs });
    for (const { destination } of redelivered) counts.add(destination, 1);
    moved += redelivered.length;
    return redelivered.length;
  };
  if ('ids' in which) {
    await move({ ids: (await deadOf(which.ids, order, dependencies)).map(({ id }) => id) });
    return counts;
  }
  const filter = asOf(which.filter, startedAt);
  for (const destination of destinations) {
    if (destination !== (filter.destination ?? destination)) continue;
    while ((await move({ filter: { ...filter, destination }, limit: atOnce })) === atOnce);
  }
  return counts;
}

/** What dies again meanwhile has had its chance. */
function asOf(filter: DeadFilter, now: Date): DeadFilter {
  const end = addMs(now, 1);
  return { ...filter, until: filter.until !== undefined && filter.until < end ? filter.until : end };
}

async function deadOf(
  ids: readonly DeliveryId[],
  { destinations }: RedeliveryOrder,
  { store }: RedeliverDependencies,
): Promise<readonly { readonly id: DeliveryId; readonly destination: string }[]> {
  const found = await Promise.all([...new Set(ids)].map((id) => store.getDelivery(id)));
  return found.flatMap((one) =>
    one?.state.status === 'dead' && destinations.includes(one.destination)
      ? [{ id: one.id, destination: one.destination }]
      : [],
  );
}

class Counts extends Map<string, number> {
  add(name: string, count: number): void {
    this.set(name, (this.get(name) ?? 0) + count);
  }
}
