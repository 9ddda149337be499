/** Erases what has been kept long enough; each event is looked at when it may be due. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Pruned, type RetainedEvent, retainedOf, retentionLines } from '../retention.ts';
import type { Purge, Purged } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Damages } from './damages.ts';
import type { GroupCommit } from './group-commit.ts';
import { removeEvent } from './remove-event.ts';
import { foldSeries } from './series.ts';
import type { Statements } from './statements.ts';
import { rememberGone } from './tombstones.ts';

/** One commit, in which the event loop stands still, ends after either; then others have their turn. */
const piece = { ms: 12, bytes: 4 * 1024 ** 2, restMs: 12 };

interface Purging {
  readonly sql: Statements;
  readonly order: Purge;
  readonly damages: Damages;
}

export async function purge(commit: GroupCommit, purging: Purging): Promise<Purged> {
  let { limit } = purging.order;
  let purged = nothing;
  for (;;) {
    const order = { ...purging.order, limit };
    const part = await commit.write((tally) => purgePiece({ ...purging, order }, tally));
    purged = sum(purged, part.purged);
    limit -= part.looked;
    if (!part.isCut) {
      const isFolded = await commit.write(() => foldSeries(purging.sql, order.now));
      return { ...purged, keys: part.keys, isAll: limit > 0 && part.keys < order.limit && isFolded };
    }
    await pause(piece.restMs);
  }
}

interface Piece {
  readonly purged: Pruned;
  readonly looked: number;
  readonly keys: number;
  /** It ended before it had looked at as much as it might. */
  readonly isCut: boolean;
}

function purgePiece(purging: Purging, tally: Tally): Piece {
  const { sql, order, damages } = purging;
  const startedMs = performance.now();
  let purged = nothing;
  let [looked, bytes] = [0, 0];
  for (const line of retentionLines(order)) {
    const limit = order.limit - looked + damages.countSetAside('event');
    for (const event of sql.purges.line.all({ ...line, limit })) {
      if (looked === order.limit || damages.isSetAside('event', event.seq)) continue;
      const isOver = bytes >= piece.bytes || performance.now() - startedMs >= piece.ms;
      if (looked > 0 && isOver) return { purged, looked, keys: 0, isCut: true };
      looked += 1;
      bytes += sql.purges.bytes.get(event) ?? 0;
      purged = sum(purged, purgeEvent(purging, event, tally));
    }
  }
  const keys = sql.purges.oldestGone.all(order.now.getTime() - order.keep.keysMs, order.limit);
  for (const digest of keys) sql.purges.letGo.run(digest);
  return { purged, looked, keys: keys.length, isCut: false };
}

const sum = (one: Pruned, other: Pruned): Pruned => ({
  events: one.events + other.events,
  requests: one.requests + other.requests,
  deliveries: one.deliveries + other.deliveries,
  attempts: one.attempts + other.attempts,
});

const nothing: Pruned = { events: 0, requests: 0, deliveries: 0, attempts: 0 };

/** What is damaged so that it cannot be erased holds up nobody else. */
function purgeEvent({ sql, order, damages }: Purging, event: RetainedEvent, tally: Tally): Pruned {
  const own = new Tally();
  let purged = nothing;
  const isSound = damages.apart(() => {
    if (isRetained(sql, event, order)) return;
    const removed = removeEvent(sql, event, own);
    rememberGone(sql, event, order.now);
    const isUsed = sql.purges.isRequestUsed.get(event.request_seq) !== undefined;
    const requests = isUsed ? 0 : sql.erasures.deleteRequest.run(event.request_seq).changes;
    purged = { events: 1, requests, ...removed };
  });
  if (!isSound) {
    damages.setAside('event', event);
    return nothing;
  }
  tally.addAll(own);
  return purged;
}

/** Whether it stays; then it is not looked at again before it may be due. */
function isRetained(sql: Statements, event: RetainedEvent, order: Purge): boolean {
  const retained = retainedOf(event, sql.purges.deliveries.all(event.id), order);
  if (retained !== undefined) sql.purges.retain.run(retained);
  return retained !== undefined;
}
