/** What became of one event or delivery, and of all of them in numbers. */
import { dateFromMs } from '../../model/clock.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { DigestedAttempt, DigestedDelivery, DigestedEvent, DigestedRequest } from '../contents.ts';
import { deliveryDetail, eventDetail } from '../details.ts';
import type { FoundDamages } from '../found-damages.ts';
import { statsOf } from '../stats.ts';
import type { DeliveryDetail, EventDetail, Stats } from '../store.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventSql } from './events.ts';
import { namesOf, stitchTallyRows, tallyRows } from './tally.ts';

type Read = Queries['rows'];

export async function getEvent(read: Read, id: EventId, damages: FoundDamages): Promise<EventDetail | undefined> {
  const [row] = await read<DigestedEvent>(eventSql.byId, [id]);
  if (row === undefined) return undefined;
  const [request] = await read<DigestedRequest>(eventSql.requests, [[row.request_seq]]);
  const deliveries = await read<DigestedDelivery>(deliverySql.ofEvent, [id]);
  return eventDetail({ row, request, deliveries: await withHistory(read, deliveries, damages) }, damages);
}

export async function getDelivery(
  read: Read,
  id: DeliveryId,
  damages: FoundDamages,
): Promise<DeliveryDetail | undefined> {
  return (await withHistory(read, await read<DigestedDelivery>(deliverySql.byId, [id]), damages))[0];
}

async function withHistory(
  read: Read,
  rows: readonly DigestedDelivery[],
  damages: FoundDamages,
): Promise<readonly DeliveryDetail[]> {
  if (rows.length === 0) return [];
  const attempts = await read<DigestedAttempt>(deliverySql.attempts, [rows.map(({ id }) => id)]);
  const attemptsOf = Map.groupBy(attempts, ({ delivery_id }) => delivery_id);
  return rows.map((row) => deliveryDetail({ row, attempts: attemptsOf.get(row.id) ?? [] }, damages));
}

export async function stats(read: Read): Promise<Stats> {
  return statsOf(await tallyRows(read), await stitchTallyRows(read), await oldestPending(read));
}

async function oldestPending(read: Read): Promise<Stats['oldestPending']> {
  const names = await namesOf(read, 'delivery');
  const rows = await read<{ destination: string; created_at: number }>(deliverySql.oldest, [names]);
  return rows.map(({ destination, created_at }) => ({ destination, createdAt: dateFromMs(created_at) }));
}
