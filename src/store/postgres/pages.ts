/** Pages of events and deliveries, newest first, each merged from short ranges. */
import { eventStatuses } from '../../model/event.ts';
import { newestOf, type Place, rangeOf, statusesOf } from '../pages.ts';
import { type DeliveryRow, type EventRow, toDelivery, toEventSummary } from '../rows.ts';
import type { DeliveryFilter, DeliverySummary, EventFilter, EventSummary, Page, PageRequest } from '../store.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventSql } from './events.ts';
import { namesOf } from './tally.ts';

type Read = Queries['rows'];

const range = (at: string): string => `(${at}, seq) < ($3::bigint, $4::bigint) and ${at} >= $5::bigint`;

/** Each reads one short range of one index for every name and status, so that it costs the same however much is stored. */
const merged = (select: string): string => `
  select place.at, place.seq from unnest($1::text[]) as name, unnest($2::text[]) as state, lateral (${select}) as place`;

export const pageSql = {
  events: merged(`
    select received_at as at, seq from event where source = name and status = state and ${range('received_at')}
    order by received_at desc, seq desc limit $6`),
  eventsOfType: merged(`
    select received_at as at, seq from event
    where source = name and status = state and left(type, 100) = left($7, 100) and type = $7 and ${range('received_at')}
    order by received_at desc, seq desc limit $6`),
  deliveries: merged(`
    select created_at as at, seq from delivery where destination = name and status = state and ${range('created_at')}
    order by created_at desc, seq desc limit $6`),
  deadOfReason: merged(`
    select created_at as at, seq from delivery
    where destination = name and status = 'dead' and state = 'dead' and reason = $7 and ${range('created_at')}
    order by created_at desc, seq desc limit $6`),
};

interface Asked {
  readonly names: readonly string[];
  readonly statuses: readonly string[];
  readonly page: PageRequest;
  readonly times?: Pick<EventFilter, 'since' | 'until'>;
  /** A type or a reason. */
  readonly only?: string | undefined;
}

async function placesOf(read: Read, sql: string, { names, statuses, page, times = {}, only }: Asked) {
  const { beforeAt, beforeSeq, since, limit } = rangeOf(page, times);
  const values = [names, statuses, beforeAt, beforeSeq, since, limit, ...(only === undefined ? [] : [only])];
  return newestOf(await read<Place>(sql, values), page.limit);
}

export async function listEvents(read: Read, filter: EventFilter, page: PageRequest): Promise<Page<EventSummary>> {
  const names = filter.source === undefined ? await namesOf(read, 'event') : [filter.source];
  const statuses = filter.status === undefined ? eventStatuses : [filter.status];
  const sql = filter.type === undefined ? pageSql.events : pageSql.eventsOfType;
  const { shown, nextCursor } = await placesOf(read, sql, { names, statuses, page, times: filter, only: filter.type });
  const rows = await read<EventRow>(eventSql.bySeqs, [shown.map(({ seq }) => seq)]);
  return { items: inOrderOf(shown, rows).map(toEventSummary), nextCursor };
}

export async function listDeliveries(
  read: Read,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<DeliverySummary>> {
  const names = filter.destination === undefined ? await namesOf(read, 'delivery') : [filter.destination];
  const sql = filter.reason === undefined ? pageSql.deliveries : pageSql.deadOfReason;
  const asked = { names, statuses: statusesOf(filter), page, only: filter.reason };
  const { shown, nextCursor } = await placesOf(read, sql, asked);
  const rows = await read<DeliveryRow & { last_message: string | null }>(deliverySql.bySeqs, [
    shown.map(({ seq }) => seq),
  ]);
  const items = inOrderOf(shown, rows).map((row) => ({ ...toDelivery(row), lastMessage: row.last_message }));
  return { items, nextCursor };
}

function inOrderOf<T extends { readonly seq: number }>(places: readonly Place[], rows: readonly T[]): readonly T[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return places.flatMap(({ seq }) => bySeq.get(seq) ?? []);
}
