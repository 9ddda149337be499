/** Pages of deliveries, newest first, each merged from short ranges. */
import { placesOfLines } from '../event-walk.ts';
import { deliveryLines } from '../event-ways.ts';
import { shownOf, spanOf } from '../pages.ts';
import { type DeliveryRow, toDelivery } from '../rows.ts';
import type { DeliveryFilter, DeliverySummary, Page, PageRequest } from '../store.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { sqlFor } from './event-pages.ts';
import { namesOf } from './tally.ts';
import { toRecords } from './text.ts';

export async function listDeliveries(
  read: Queries['rows'],
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<DeliverySummary>> {
  const span = spanOf(page, filter, page.limit + 1);
  const destinations = filter.destination === undefined ? await namesOf(read, 'delivery') : [filter.destination];
  const lines = destinations.flatMap((destination) => deliveryLines(destination, filter));
  const values = [span.from.at, span.from.seq, span.since, span.limit, toRecords(lines)];
  const { places } = placesOfLines(await read(sqlFor(lines, 'older'), values), span);
  const { shown, nextCursor } = shownOf(places, page.limit);
  const rows = await read<DeliveryRow & { last_message: string | null }>(deliverySql.bySeqs, [
    shown.map(({ seq }) => seq),
  ]);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const inOrder = shown.flatMap(({ seq }) => bySeq.get(seq) ?? []);
  return { items: inOrder.map((row) => ({ ...toDelivery(row), lastMessage: row.last_message })), nextCursor };
}
