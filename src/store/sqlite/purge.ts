/** Erases what has been kept long enough. Runs inside a transaction; each event is looked at when it may be due. */
import type { Purge, Purged } from '../store.ts';
import { Tally } from '../tally.ts';
import type { Damages } from './damages.ts';
import type { RetainedEvent } from './purge-statements.ts';
import { removeEvent } from './remove-event.ts';
import type { Statements } from './statements.ts';
import { rememberGone } from './tombstones.ts';

/** When an event is looked at again that was due and not settled. */
const unsettledAgainMs = 24 * 60 * 60 * 1_000;

interface Purging {
  readonly sql: Statements;
  readonly order: Purge;
  readonly damages: Damages;
}

export function purge(purging: Purging, tally: Tally): Purged {
  const { sql, order, damages } = purging;
  const now = order.now.getTime();
  const lines = [
    { kept: null, until: now - order.keep.deliveredMs },
    { kept: 'dead', until: now - order.keep.deadMs },
  ] as const;
  let purged = nothing;
  let looked = 0;
  for (const line of lines) {
    const limit = order.limit - looked + damages.countSetAside('event');
    for (const event of sql.purges.line.all({ ...line, limit })) {
      if (looked === order.limit || damages.isSetAside('event', event.seq)) continue;
      looked += 1;
      purged = sum(purged, purgeEvent(purging, event, tally));
    }
  }
  const keys = sql.purges.oldestGone.all(now - order.keep.keysMs, order.limit);
  for (const digest of keys) sql.purges.letGo.run(digest);
  return { ...purged, keys: keys.length, isAll: looked < order.limit && keys.length < order.limit };
}

type Pruned = Omit<Purged, 'keys' | 'isAll'>;

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
function isRetained(sql: Statements, event: RetainedEvent, { now, keep }: Purge): boolean {
  const deliveries = sql.purges.deliveries.all(event.id);
  const isDead = event.status === 'failed' || deliveries.some(({ status }) => status === 'dead');
  const kept = isDead ? 'dead' : null;
  const ms = isDead ? keep.deadMs : keep.deliveredMs;
  if (deliveries.some(({ settled_at: at }) => at === null)) {
    sql.purges.retain.run({ seq: event.seq, kept, from: now.getTime() - ms + unsettledAgainMs });
    return true;
  }
  const from = Math.max(event.settled_at, ...deliveries.map(({ settled_at: at }) => at ?? 0));
  if (from <= now.getTime() - ms) return false;
  sql.purges.retain.run({ seq: event.seq, kept, from });
  return true;
}
