/** Which events are called so, and how many there are of each kind. */
import { deliveryStatuses } from '../../model/delivery.ts';
import { eventStatuses } from '../../model/event.ts';
import type { EventId } from '../../model/id.ts';
import { countsOf } from '../counts.ts';
import type { CountedWithin, Counts, NamedEvents } from '../store.ts';
import type { Statements } from './statements.ts';

export function findEvents({ events, eventPages, tally }: Statements, name: string): NamedEvents | undefined {
  if (events.exists.get(name as EventId) !== undefined) return { by: 'event_id', ids: [name as EventId] };
  const ofDelivery = eventPages.ofDelivery.all(name);
  if (ofDelivery.length > 0) return { by: 'delivery_id', ids: ofDelivery };
  const ids = tally.names.all('event').flatMap((source) => eventPages.ofSender.all(source, name));
  return ids.length === 0 ? undefined : { by: 'external_id', ids };
}

export function countWithin({ eventPages, tally }: Statements, { since, until, source, type }: CountedWithin): Counts {
  const times = { since: since.getTime(), until: until.getTime(), type: type ?? null };
  const ofEvents = type === undefined ? eventPages.countEvents : eventPages.countEventsOfType;
  const sources = source === undefined ? tally.names.all('event') : [source];
  const events = sources.flatMap((name) =>
    eventStatuses.map((status) => ({ status, count: ofEvents.get({ ...times, name, status }) ?? 0 })),
  );
  const deliveries = tally.names.all('delivery').flatMap((name) =>
    deliveryStatuses.map((status) => ({
      status,
      count: eventPages.countDeliveries.get({ ...times, name, status }) ?? 0,
    })),
  );
  return countsOf(events, deliveries);
}
