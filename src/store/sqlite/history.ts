/** What became of one event or delivery, and of all of them in numbers. */
import type { DeliveryId, EventId } from '../../model/id.ts';
import { earliest, type PayloadRow, toAttempt, toDelivery, toEventDetail } from '../rows.ts';
import { statsOf } from '../stats.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import { requestOf } from './events.ts';
import type { Statements } from './statements.ts';

export function getEvent(sql: Statements, id: EventId): EventDetail | undefined {
  const row = sql.events.byId.get(id);
  if (row === undefined) return undefined;
  const deliveries = sql.deliveries.ofEvent.all(id).map((delivery) => withHistory(sql, delivery));
  return toEventDetail(row, requestOf(sql, row.request_seq), deliveries);
}

export function getDelivery(sql: Statements, id: DeliveryId): DeliveryDetail | undefined {
  const row = sql.deliveries.byId.get(id);
  return row === undefined ? undefined : withHistory(sql, row);
}

function withHistory(sql: Statements, row: PayloadRow): DeliveryDetail {
  return { ...toDelivery(row), payload: row.payload, history: sql.deliveries.attempts.all(row.id).map(toAttempt) };
}

export const stats = (sql: Statements): Stats =>
  statsOf(sql.tally.all.all(), sql.tally.allStitches.all(), oldestPending(sql));

function oldestPending(sql: Statements): Stats['oldestPending'] {
  return sql.tally.names.all('delivery').flatMap((destination) => {
    const { oldest } = sql.deliveries;
    const createdAt = earliest([oldest.get(destination, 'pending'), oldest.get(destination, 'in_flight')]);
    return createdAt === null ? [] : [{ destination, createdAt }];
  });
}
