/** Pages of deliveries, newest first, each merged from short ranges. */
import { placesOfLines } from '../event-walk.ts';
import { deliveryLines } from '../event-ways.ts';
import { shownOf, spanOf } from '../pages.ts';
import { type DeliveryRow, toDelivery } from '../rows.ts';
import type { DeliveryFilter, DeliverySummary, Page, PageRequest } from '../store.ts';
import { statementFor } from './event-pages.ts';
import type { Statements } from './statements.ts';

export function listDeliveries(sql: Statements, filter: DeliveryFilter, page: PageRequest): Page<DeliverySummary> {
  const span = spanOf(page, filter, page.limit + 1);
  const { from, since, until, limit } = span;
  const bounds = { fromAt: from.at, fromSeq: from.seq, since, until, limit };
  const destinations = filter.destination === undefined ? sql.tally.names.all('delivery') : [filter.destination];
  const lines = destinations.flatMap((destination) => deliveryLines(destination, filter));
  const places = lines.flatMap((line) => statementFor(sql.eventPages.older, line).all({ ...line, ...bounds }));
  const { shown, nextCursor } = shownOf(placesOfLines(places, span).places, page.limit);
  const rows = shown.flatMap(({ seq }) => sql.deliveries.bySeq.all(seq));
  return { items: rows.map((row) => toSummary(sql, row)), nextCursor };
}

function toSummary(sql: Statements, row: DeliveryRow): DeliverySummary {
  return { ...toDelivery(row), lastMessage: sql.deliveries.message.get(row.id, row.attempts) ?? null };
}
