/** Counted to the end only where that is near. */
import { type DeliveryStatus, deliveryStatuses } from '../model/delivery.ts';
import { type EventStatus, eventStatuses } from '../model/event.ts';
import type { Count, Counts } from './store.ts';

export const countMax = 1_000;

interface Counted<Status> {
  readonly status: Status;
  /** Of one source or destination, up to one more than is told. */
  readonly count: number;
}

export const countsOf = (
  events: readonly Counted<EventStatus>[],
  deliveries: readonly Counted<DeliveryStatus>[],
): Counts => ({ events: byStatus(eventStatuses, events), deliveries: byStatus(deliveryStatuses, deliveries) });

function byStatus<Status extends string>(
  statuses: readonly Status[],
  counted: readonly Counted<Status>[],
): Readonly<Record<Status, Count>> {
  const counts = statuses.map((status): [Status, Count] => {
    const own = counted.filter((one) => one.status === status).map(({ count }) => count);
    const count = own.reduce((all, one) => all + Math.min(one, countMax), 0);
    return [status, { count, isMore: own.some((one) => one > countMax) }];
  });
  return Object.fromEntries(counts) as Record<Status, Count>;
}
