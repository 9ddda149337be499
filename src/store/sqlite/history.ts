/** What became of one event or delivery, and of all of them in numbers. */
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import type { PayloadRow } from './delivery-statements.ts';
import { requestOf } from './events.ts';
import { earliest, toAttempt, toDelivery, toEventSummary, toHeaders } from './rows.ts';
import type { Statements } from './statements.ts';

export function getEvent(sql: Statements, id: EventId): EventDetail | undefined {
  const row = sql.events.byId.get(id);
  if (row === undefined) return undefined;
  const request = requestOf(sql, row.request_seq);
  const { kind, method, url, body } = request;
  return {
    ...toEventSummary(row),
    tries: row.tries,
    runs: row.runs === null ? null : JSON.parse(row.runs),
    request: { kind, method, url, headers: toHeaders(request), body, item: row.item },
    deliveries: sql.deliveries.ofEvent.all(id).map((delivery) => withHistory(sql, delivery)),
  };
}

export function getDelivery(sql: Statements, id: DeliveryId): DeliveryDetail | undefined {
  const row = sql.deliveries.byId.get(id);
  return row === undefined ? undefined : withHistory(sql, row);
}

function withHistory(sql: Statements, row: PayloadRow): DeliveryDetail {
  return { ...toDelivery(row), payload: row.payload, history: sql.deliveries.attempts.all(row.id).map(toAttempt) };
}

export function stats(sql: Statements): Stats {
  const events = { received: 0, translated: 0, unmatched: 0, failed: 0 };
  const deliveries = { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 };
  const eventsBySource: Stats['eventsBySource'][number][] = [];
  const deliveriesByDestination: Stats['deliveriesByDestination'][number][] = [];
  for (const row of sql.tally.all.all()) {
    if (row.kind === 'event') {
      events[row.status] += row.count;
      eventsBySource.push({ source: row.name, status: row.status, count: row.count });
    } else {
      deliveries[row.status] += row.count;
      deliveriesByDestination.push({ destination: row.name, status: row.status, count: row.count });
    }
  }
  const stitching = sql.tally.allStitches.all().map(({ source, origin, count }) => ({ source, from: origin, count }));
  return { events, deliveries, eventsBySource, deliveriesByDestination, stitching, oldestPending: oldestPending(sql) };
}

function oldestPending(sql: Statements): Stats['oldestPending'] {
  return sql.tally.names.all('delivery').flatMap((destination) => {
    const { oldest } = sql.deliveries;
    const createdAt = earliest([oldest.get(destination, 'pending'), oldest.get(destination, 'in_flight')]);
    return createdAt === null ? [] : [{ destination, createdAt }];
  });
}
