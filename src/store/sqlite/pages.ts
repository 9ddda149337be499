/** Pages of events and deliveries, newest first, each merged from short ranges. */
import { eventStatuses } from '../../model/event.ts';
import { newestOf, rangeOf, statusesOf } from '../pages.ts';
import { type DeliveryRow, toDelivery, toEventSummary } from '../rows.ts';
import type { DeliveryFilter, DeliverySummary, EventFilter, EventSummary, Page, PageRequest } from '../store.ts';
import type { Statements } from './statements.ts';

export function listEvents(sql: Statements, filter: EventFilter, page: PageRequest): Page<EventSummary> {
  const { type = null } = filter;
  const range = rangeOf(page, filter);
  const statement = type === null ? sql.pages.events : sql.pages.eventsOfType;
  const sources = filter.source === undefined ? sql.tally.names.all('event') : [filter.source];
  const statuses = filter.status === undefined ? eventStatuses : [filter.status];
  const places = sources.flatMap((source) =>
    statuses.flatMap((status) => statement.all({ ...range, source, status, type })),
  );
  const { shown, nextCursor } = newestOf(places, page.limit);
  return { items: shown.flatMap(({ seq }) => sql.events.bySeq.all(seq).map(toEventSummary)), nextCursor };
}

export function listDeliveries(sql: Statements, filter: DeliveryFilter, page: PageRequest): Page<DeliverySummary> {
  const { reason = null } = filter;
  const range = rangeOf(page, {});
  const statement = reason === null ? sql.pages.deliveries : sql.pages.deadOfReason;
  const destinations = filter.destination === undefined ? sql.tally.names.all('delivery') : [filter.destination];
  const places = destinations.flatMap((destination) =>
    statusesOf(filter).flatMap((status) => statement.all({ ...range, destination, status, reason })),
  );
  const { shown, nextCursor } = newestOf(places, page.limit);
  const rows = shown.flatMap(({ seq }) => sql.deliveries.bySeq.all(seq));
  return { items: rows.map((row) => toSummary(sql, row)), nextCursor };
}

function toSummary(sql: Statements, row: DeliveryRow): DeliverySummary {
  return { ...toDelivery(row), lastMessage: sql.deliveries.message.get(row.id, row.attempts) ?? null };
}
