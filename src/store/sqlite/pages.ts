/**
 * Pages of events and deliveries, newest first. A filter that leaves the source, the destination or the status open is
 * answered by merging one short range for each of them: they are few and known, so no page walks through history.
 */
import { type DeliveryStatus, deliveryStatuses } from '../../model/delivery.ts';
import { GatewayError } from '../../model/error.ts';
import { eventStatuses } from '../../model/event.ts';
import type { DeliveryFilter, DeliverySummary, EventFilter, EventSummary, Page, PageRequest } from '../store.ts';
import type { Place, Range } from './page-statements.ts';
import { type DeliveryRow, toDelivery, toEventSummary } from './rows.ts';
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
  return pageOf(places, page.limit, (seq) => sql.events.bySeq.all(seq).map(toEventSummary));
}

export function listDeliveries(sql: Statements, filter: DeliveryFilter, page: PageRequest): Page<DeliverySummary> {
  const { reason = null } = filter;
  const range = rangeOf(page, {});
  const statement = reason === null ? sql.pages.deliveries : sql.pages.deadOfReason;
  const destinations = filter.destination === undefined ? sql.tally.names.all('delivery') : [filter.destination];
  const places = destinations.flatMap((destination) =>
    statusesOf(filter).flatMap((status) => statement.all({ ...range, destination, status, reason })),
  );
  return pageOf(places, page.limit, (seq) => sql.deliveries.bySeq.all(seq).map((row) => toSummary(sql, row)));
}

/** Only a dead delivery has a reason. */
function statusesOf({ status, reason }: DeliveryFilter): readonly DeliveryStatus[] {
  const possible = reason === undefined ? deliveryStatuses : (['dead'] as const);
  return possible.filter((one) => status === undefined || one === status);
}

function toSummary(sql: Statements, row: DeliveryRow): DeliverySummary {
  return { ...toDelivery(row), lastMessage: sql.deliveries.message.get(row.id, row.attempts) ?? null };
}

/** One row more than asked for tells whether another page follows. */
function pageOf<T>(places: readonly Place[], limit: number, read: (seq: number) => readonly T[]): Page<T> {
  const newest = places.toSorted(newestFirst).slice(0, limit + 1);
  const shown = newest.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.flatMap(({ seq }) => read(seq)),
    nextCursor: last === undefined || newest.length <= limit ? null : toCursor(last),
  };
}

const newestFirst = (a: Place, b: Place): number => b.at - a.at || b.seq - a.seq;

type Times = Pick<EventFilter, 'since' | 'until'>;

/** The page starts after the cursor, and `until` itself is outside: whichever is older. */
function rangeOf({ cursor, limit }: PageRequest, { since, until }: Times): Range {
  const starts: Place[] = [{ at: Number.MAX_SAFE_INTEGER, seq: 0 }];
  if (until !== undefined) starts.push({ at: until.getTime(), seq: 0 });
  if (cursor !== undefined) starts.push(fromCursor(cursor));
  const start = starts.reduce((a, b) => (newestFirst(a, b) < 0 ? b : a));
  return { beforeAt: start.at, beforeSeq: start.seq, since: since?.getTime() ?? 0, limit: limit + 1 };
}

export const toCursor = ({ at, seq }: Place): string => Buffer.from(`${at}.${seq}`).toString('base64url');

export function fromCursor(cursor: string): Place {
  const [, at, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || seq === undefined) {
    throw new GatewayError('REQUEST_INVALID', 'the cursor is not one that a list returned', {
      hint: 'Leave it out to start from the newest.',
    });
  }
  return { at: Number(at), seq: Number(seq) };
}
