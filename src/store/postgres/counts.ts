/** Which events are called so, and how many there are of each kind. */
import { type DeliveryStatus, deliveryStatuses } from '../../model/delivery.ts';
import { type EventStatus, eventStatuses } from '../../model/event.ts';
import type { EventId } from '../../model/id.ts';
import { countMax, countsOf } from '../counts.ts';
import type { CountedWithin, Counts, NamedEvents } from '../store.ts';
import { digestOf } from '../tombstones.ts';
import type { Queries } from './connections.ts';
import { eventPageSql } from './event-page-sql.ts';
import { eventSql } from './events.ts';
import { namesOf } from './tally.ts';

type Read = Queries['rows'];

export async function findEvents(read: Read, name: string): Promise<NamedEvents | undefined> {
  const keys = (await namesOf(read, 'event')).map((source) => digestOf(source, name));
  const ways = [
    ['event_id', await read<{ id: EventId }>(eventSql.byId, [name])],
    ['delivery_id', await read<{ id: EventId }>(eventPageSql.ofDelivery, [name])],
    ['external_id', await read<{ id: EventId }>(eventPageSql.ofSender, [keys])],
  ] as const;
  const known = ways.find(([, rows]) => rows.length > 0);
  return known && { by: known[0], ids: known[1].map(({ id }) => id) };
}

export async function countWithin(read: Read, { since, until, source, type }: CountedWithin): Promise<Counts> {
  const times = [since.getTime(), until.getTime(), countMax + 1];
  const sources = source === undefined ? await namesOf(read, 'event') : [source];
  type Events = CountRow<EventStatus>;
  const events =
    type === undefined
      ? await read<Events>(eventPageSql.countEvents, [sources, eventStatuses, ...times])
      : await read<Events>(eventPageSql.countEventsOfType, [sources, eventStatuses, ...times, type]);
  const destinations = await namesOf(read, 'delivery');
  const deliveries = await read<CountRow<DeliveryStatus>>(eventPageSql.countDeliveries, [
    ...[destinations, deliveryStatuses],
    ...times,
  ]);
  return countsOf(events, deliveries);
}

interface CountRow<Status> {
  readonly status: Status;
  readonly count: number;
}
