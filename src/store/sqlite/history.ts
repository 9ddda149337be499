/** What became of one event or delivery, and of all of them in numbers. */
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { DigestedDelivery } from '../contents.ts';
import { deliveryDetail, eventDetail } from '../details.ts';
import { earliest } from '../rows.ts';
import { statsOf } from '../stats.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import type { Damages } from './damages.ts';
import type { Statements } from './statements.ts';

export function getEvent(sql: Statements, id: EventId, damages: Damages): EventDetail | undefined {
  const row = sql.events.byId.get(id);
  if (row === undefined) return undefined;
  const request = sql.events.request.get(row.request_seq);
  const deliveries = sql.deliveries.ofEvent.all(id).map((delivery) => withHistory(sql, delivery, damages));
  return eventDetail({ row, request, deliveries }, damages);
}

export function getDelivery(sql: Statements, id: DeliveryId, damages: Damages): DeliveryDetail | undefined {
  const row = sql.deliveries.byId.get(id);
  return row === undefined ? undefined : withHistory(sql, row, damages);
}

const withHistory = (sql: Statements, row: DigestedDelivery, damages: Damages): DeliveryDetail =>
  deliveryDetail({ row, attempts: sql.deliveries.attempts.all(row.id) }, damages);

export const stats = (sql: Statements): Stats =>
  statsOf(sql.tally.all.all(), sql.tally.allStitches.all(), oldestPending(sql));

function oldestPending(sql: Statements): Stats['oldestPending'] {
  return sql.tally.names.all('delivery').flatMap((destination) => {
    const { oldest } = sql.deliveries;
    const createdAt = earliest([oldest.get(destination, 'pending'), oldest.get(destination, 'in_flight')]);
    return createdAt === null ? [] : [{ destination, createdAt }];
  });
}
