/** What became of one event or delivery, and of all of them in numbers. */
import { dateFromMs } from '../../model/clock.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import {
  type AttemptRow,
  type EventRow,
  type PayloadRow,
  type RequestRow,
  toAttempt,
  toDelivery,
  toEventDetail,
} from '../rows.ts';
import { statsOf } from '../stats.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventSql } from './events.ts';
import { namesOf, stitchTallyRows, tallyRows } from './tally.ts';

type Read = Queries['rows'];

export async function getEvent(read: Read, id: EventId): Promise<EventDetail | undefined> {
  const [row] = await read<EventRow>(eventSql.byId, [id]);
  if (row === undefined) return undefined;
  const [request] = await read<RequestRow>(eventSql.requests, [[row.request_seq]]);
  const deliveries = await read<PayloadRow>(deliverySql.ofEvent, [id]);
  // Erased between two of these statements.
  return request === undefined ? undefined : toEventDetail(row, request, await withHistory(read, deliveries));
}

export async function getDelivery(read: Read, id: DeliveryId): Promise<DeliveryDetail | undefined> {
  return (await withHistory(read, await read<PayloadRow>(deliverySql.byId, [id])))[0];
}

async function withHistory(read: Read, rows: readonly PayloadRow[]): Promise<readonly DeliveryDetail[]> {
  if (rows.length === 0) return [];
  const attempts = (await read<AttemptRow>(deliverySql.attempts, [rows.map(({ id }) => id)])).map(toAttempt);
  return rows.map((row) => ({
    ...toDelivery(row),
    payload: row.payload,
    history: attempts.filter(({ deliveryId }) => deliveryId === row.id),
  }));
}

export async function stats(read: Read): Promise<Stats> {
  return statsOf(await tallyRows(read), await stitchTallyRows(read), await oldestPending(read));
}

async function oldestPending(read: Read): Promise<Stats['oldestPending']> {
  const names = await namesOf(read, 'delivery');
  const rows = await read<{ destination: string; created_at: number }>(deliverySql.oldest, [names]);
  return rows.map(({ destination, created_at }) => ({ destination, createdAt: dateFromMs(created_at) }));
}
