/** Erases what has been kept long enough. Runs inside a transaction; each event is looked at when it may be due. */
import { type Pruned, type RetainedEvent, retainedOf, retentionLines } from '../retention.ts';
import type { Purge, Purged } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Damages } from './damages.ts';
import { removeEvent } from './remove-event.ts';
import type { Statements } from './statements.ts';
import { rememberGone } from './tombstones.ts';

interface Purging {
  readonly sql: Statements;
  readonly order: Purge;
  readonly damages: Damages;
}

export function purge(purging: Purging, tally: Tally): Purged {
  const { sql, order, damages } = purging;
  let purged = nothing;
  let looked = 0;
  for (const line of retentionLines(order)) {
    const limit = order.limit - looked + damages.countSetAside('event');
    for (const event of sql.purges.line.all({ ...line, limit })) {
      if (looked === order.limit || damages.isSetAside('event', event.seq)) continue;
      looked += 1;
      purged = sum(purged, purgeEvent(purging, event, tally));
    }
  }
  const keys = sql.purges.oldestGone.all(order.now.getTime() - order.keep.keysMs, order.limit);
  for (const digest of keys) sql.purges.letGo.run(digest);
  return { ...purged, keys: keys.length, isAll: looked < order.limit && keys.length < order.limit };
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
