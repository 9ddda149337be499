/** Erases what has been kept long enough; each event is looked at when it may be due. */
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { EventId } from '../../model/id.ts';
import { type Retained, type RetainedEvent, retainedOf, retentionLines } from '../retention.ts';
import type { Purge, Purged } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Queries, Transaction } from './connections.ts';
import { laneLock } from './locks.ts';
import { rememberGone, removeEvents } from './remove-events.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';

const columns = `seq, id, request_seq, item, source, status, external_id, reason, message, cause, null as runs, settled_at`;
const since = 'coalesce(kept_from, settled_at)';
const due = (kept: string): string =>
  `select seq from event where settled_at is not null and kept ${kept} and ${since} <= $1 order by ${since}, seq limit $2`;

export const purgeSql = {
  /** By the index event_retention, oldest first. */
  delivered: due('is null'),
  dead: due("= 'dead'"),
  destinations: `
    select distinct destination from delivery
    where event_id = any(array(select id from event where seq = any($1::bigint[])))`,
  /** Whoever is doing something with one of them goes first: it is looked at again. */
  events: `
    select ${columns} from event where seq = any($1::bigint[]) and settled_at is not null
    order by seq for update skip locked`,
  deliveries: 'select event_id, destination, status, settled_at from delivery where event_id = any($1)',
  retain: `
    update event set kept = retained.kept, kept_from = retained."from"
    from json_to_recordset($1) as retained (seq bigint, kept text, "from" bigint)
    where event.seq = retained.seq`,
  /** So that of two who take the last events of one, the second one knows. */
  holdRequests: 'select 1 from request where seq = any($1::bigint[]) order by seq for update',
  deleteRequests: `
    delete from request where seq = any($1::bigint[]) and (select true from event where request_seq = request.seq limit 1)
      is null
    returning seq`,
  letGo: `
    delete from gone_event where digest = any(array(
      select digest from gone_event where gone_at <= $1 order by gone_at limit $2 for update skip locked
    )) returning 1`,
};

/** Events that may be due, and where what came of them went. */
export interface MaybeDue {
  readonly seqs: readonly number[];
  readonly destinations: readonly string[];
}

export async function maybeDue(read: Queries['rows'], order: Purge): Promise<MaybeDue> {
  const seqs: number[] = [];
  for (const { kept, until } of retentionLines(order)) {
    const sql = kept === null ? purgeSql.delivered : purgeSql.dead;
    const rows = await read<{ seq: number }>(sql, [until, order.limit - seqs.length]);
    seqs.push(...rows.map(({ seq }) => seq));
  }
  const rows = await read<{ destination: string }>(purgeSql.destinations, [seqs]);
  return { seqs, destinations: rows.map(({ destination }) => destination) };
}

export const locksOfDue = ({ destinations }: MaybeDue): readonly bigint[] => destinations.map(laneLock);

interface DeliveryRow {
  readonly event_id: EventId;
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly settled_at: number | null;
}

export async function purge(tx: Transaction, order: Purge, maybe: MaybeDue): Promise<Purged> {
  const events = await tx.rows<RetainedEvent>(purgeSql.events, [maybe.seqs]);
  const deliveries = await tx.rows<DeliveryRow>(purgeSql.deliveries, [events.map(({ id }) => id)]);
  const deliveriesOf = Map.groupBy(deliveries, ({ event_id }) => event_id);
  const past: RetainedEvent[] = [];
  const retained: Retained[] = [];
  for (const event of events) {
    const own = deliveriesOf.get(event.id) ?? [];
    const stays = retainedOf(event, own, order);
    if (stays !== undefined) retained.push(stays);
    // One that went elsewhere meanwhile: its lane is not ours.
    else if (own.every(({ destination }) => maybe.destinations.includes(destination))) past.push(event);
  }
  if (retained.length > 0) await tx.rows(purgeSql.retain, [toRecords(retained)]);
  const tally = new Tally();
  const pruned = past.length === 0 ? nothing : await prune(tx, { events: past, now: order.now }, tally);
  const keys = await tx.rows(purgeSql.letGo, [order.now.getTime() - order.keep.keysMs, order.limit]);
  writeTally(tx, tally);
  const isAll = maybe.seqs.length < order.limit && keys.length < order.limit;
  return { ...pruned, keys: keys.length, isAll };
}

const nothing = { events: 0, requests: 0, deliveries: 0, attempts: 0 };

async function prune(
  tx: Transaction,
  { events, now }: { readonly events: readonly RetainedEvent[]; readonly now: Date },
  tally: Tally,
): Promise<typeof nothing> {
  const requests = [...new Set(events.map(({ request_seq }) => request_seq))];
  await tx.rows(purgeSql.holdRequests, [requests]);
  const removed = await removeEvents(tx, events, tally);
  await rememberGone(tx, events, now);
  const gone = await tx.rows(purgeSql.deleteRequests, [requests]);
  return { events: events.length, requests: gone.length, ...removed };
}
