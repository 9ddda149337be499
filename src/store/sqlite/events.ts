/** Events on their way in: recorded, claimed by a translator, settled. What writes runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import type { WorkerId } from '../../model/id.ts';
import type { ClaimAtOnce } from '../claim-at-once.ts';
import { type DigestedEvent, isEventWhole, isRequestWhole } from '../contents.ts';
import type { QueuedDelivery } from '../delivery-moves.ts';
import { eventDigest, requestDigest, runsDigest } from '../digest.ts';
import {
  beforeSuspect,
  type EventMove,
  eventMoveOf,
  type NewEvent,
  newEvent,
  newRequest,
  type RequestText,
  type StoredEvent,
  toClaimed,
  toRequestText,
  toStored,
} from '../event-moves.ts';
import type { Recent } from '../recent.ts';
import { earliest } from '../rows.ts';
import type { EventClaim, TranslationSettlement } from '../store.ts';
import type { Tally } from '../tally.ts';
import { failEvent } from './damaged-rows.ts';
import type { Damages } from './damages.ts';
import { insertDrafts } from './deliveries.ts';
import type { WaitingRow } from './event-statements.ts';
import type { Recorded } from './recent.ts';
import { settleReplayed } from './replay-drafts.ts';
import type { Statements } from './statements.ts';
import { withoutGone } from './tombstones.ts';

/** With who claimed the events, if anybody did. */
interface Recording extends Recorded {
  readonly receipt: Receipt;
  readonly claimedBy: WorkerId | null;
}

export function recordRequest(
  sql: Statements,
  {
    received,
    atOnce,
  }: { readonly received: ReceivedRequest; readonly atOnce: Pick<ClaimAtOnce, 'worker' | 'leaseMs'> | undefined },
  tally: Tally,
): Recording {
  const request = withoutGone(sql, received);
  const events: NewEvent[] = [];
  const claim = atOnce === undefined || isAnyDue(sql, request.receivedAt) ? undefined : atOnce;
  const lease = {
    claimedBy: claim?.worker ?? null,
    leaseEndsAt: claim === undefined ? null : addMs(request.receivedAt, claim.leaseMs).getTime(),
  };
  let inserted: ReturnType<typeof insertRequest> | undefined;
  for (const event of request.events) {
    if (sql.events.isKnown.get(request.source, event.externalId) !== undefined) continue;
    inserted ??= insertRequest(sql, request);
    const row = newEvent(request, event, inserted.seq);
    // What no mapping will see is claimed by nobody.
    sql.events.insert.run({ ...row, ...(row.status === 'received' ? lease : noLease), digest: eventDigest(row) });
    tally.events(request.source, row.status, 1);
    tally.recorded(request.source, row.status, row.receivedAt);
    tally.problem({ kind: 'event', name: request.source, ...row, count: 1 });
    events.push(row);
  }
  const accepted = events.length;
  const receipt = { accepted, duplicates: received.events.length - accepted };
  return { receipt, request: inserted?.row, events, claimedBy: lease.claimedBy };
}

const noLease = { claimedBy: null, leaseEndsAt: null } as const;

const isAnyDue = (sql: Statements, now: Date): boolean => sql.events.isAnyDue.get({ now: now.getTime() }) !== undefined;

function insertRequest(sql: Statements, request: ReceivedRequest) {
  const row = newRequest(request);
  const { lastInsertRowid } = sql.events.insertRequest.run({ ...row, digest: requestDigest(row) });
  return { seq: Number(lastInsertRowid), row };
}

/** Where damage was met before, each row is written by itself: what cannot be written is set aside. */
interface Care {
  readonly damages: Damages;
  readonly isCareful: boolean;
}

export function claimEvents(
  sql: Statements,
  claim: EventClaim & Care & { readonly recent: Recent<StoredEvent> },
  tally: Tally,
): readonly ClaimedEvent[] {
  const { limit, now, aloneAfterTries, damages } = claim;
  putBack(sql, claim, now.getTime());
  const read = contentsReader(sql, claim.recent);
  const line = sql.events.waiting.all(limit + damages.countSetAside('event'));
  const waiting = line.filter(({ seq }) => !damages.isSetAside('event', seq)).slice(0, limit);
  const sound = beforeSuspect(waiting, aloneAfterTries).flatMap((row) => {
    const content = read(row);
    if ('damaged' in content) failEvent(sql, { row: content.damaged, now, damages }, tally);
    return 'damaged' in content ? [] : [{ row, content }];
  });
  return taken(sql, sound, claim).map(({ row, content }) => ({ ...content, ...toClaimed(row, claim.worker) }));
}

type Contents = StoredEvent | { readonly damaged: DigestedEvent };

/** What the events of one claim say; a request is read and decoded once, however many of them it carries. */
function contentsReader(sql: Statements, recent: Recent<StoredEvent>): (row: WaitingRow) => Contents {
  const requests = new Map<number, RequestText | undefined>();
  return ({ id, seq }) => {
    const kept = recent.take(id);
    if (kept !== undefined) return kept;
    const row = sql.events.bySeq.get(seq);
    if (row === undefined) throw new GatewayError('STORE_UNSAFE', `an index names an event that is not there: ${id}`);
    if (!requests.has(row.request_seq)) requests.set(row.request_seq, readRequest(sql, row.request_seq));
    const request = requests.get(row.request_seq);
    return request === undefined || !isEventWhole(row) ? { damaged: row } : { ...toStored(row), ...request };
  };
}

/** Those of them that could be claimed. */
function taken<T extends { readonly row: WaitingRow }>(
  sql: Statements,
  waiting: readonly T[],
  { worker, leaseMs, now, damages, isCareful }: EventClaim & Care,
): readonly T[] {
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  if (!isCareful) {
    sql.batches.claimEvents.run(worker, leaseEndsAt, JSON.stringify(waiting.map(({ row }) => row.seq)));
    return waiting;
  }
  return waiting.filter(({ row }) => {
    if (damages.apart(() => void sql.events.claim.run(worker, leaseEndsAt, row.seq))) return true;
    damages.setAside('event', row);
    return false;
  });
}

/** In line again: leases and delays that have ended. */
function putBack(sql: Statements, { damages, isCareful }: Care, now: number): void {
  if (!isCareful) {
    sql.events.endLeases.run(now);
    sql.events.endDelays.run(now);
    return;
  }
  for (const row of sql.events.ending.all({ now })) {
    if (damages.isSetAside('event', row.seq)) continue;
    if (!damages.apart(() => void sql.events.putBack.run(row.seq))) damages.setAside('event', row);
  }
}

/** Whoever held one is gone; what is delayed waits on. */
export function endAllEventLeases(sql: Statements, { damages, isCareful }: Care): void {
  if (!isCareful) {
    sql.events.endLeases.run(Number.MAX_SAFE_INTEGER);
    return;
  }
  for (const row of sql.events.leased.all()) {
    if (!damages.apart(() => void sql.events.putBack.run(row.seq))) damages.setAside('event', row);
  }
}

/** Read and decoded once, however many of the claimed events it carries; undefined where it is damaged. */
export function readRequest(sql: Statements, seq: number): RequestText | undefined {
  const row = sql.events.request.get(seq);
  return row === undefined || !isRequestWhole(row) ? undefined : toRequestText(row);
}

/** What was queued; undefined when the lease was lost, and nothing was written. */
export function settleTranslation(
  sql: Statements,
  settlement: TranslationSettlement,
  tally: Tally,
): readonly QueuedDelivery[] | undefined {
  const { event, settledAt: now } = settlement;
  const move = eventMoveOf(settlement);
  const digest = runsDigest(move.runs);
  const isTranslated = settlement.to === 'translated' && translated(sql, move, digest);
  // Read before the event leaves it.
  const replay = isTranslated ? undefined : sql.replays.ofEvent.get(event.id);
  if (!isTranslated && sql.events.move.run({ ...move, runsDigest: digest }).changes === 0) return undefined;
  if (move.status === 'received') return [];
  tally.events(event.source, 'received', -1);
  tally.events(event.source, move.status, 1);
  tally.happened({ kind: 'event', name: event.source, what: move.status }, now.getTime());
  tally.problem({ kind: 'event', name: event.source, ...move, count: 1 });
  const { drafts, origins } = 'drafts' in settlement ? settlement : noDrafts;
  if (replay === undefined || sql.replays.hasDeliveries.get(event.id) === undefined)
    for (const origin of origins) tally.stitched(event.source, origin, now);
  const queued = { eventId: event.id, receivedAt: event.receivedAt, drafts, now };
  if (replay === undefined) return insertDrafts(sql, queued, tally);
  settleReplayed(sql, { ...queued, replay, status: move.status }, tally);
  return [];
}

const translated = (sql: Statements, move: EventMove, digest: Uint8Array | null): boolean =>
  sql.events.translate.run(move.settledAt, move.runs, digest, move.id, move.worker, move.tries).changes > 0;

const noDrafts = { drafts: [], origins: [] } as const;

export function nextEventAt(sql: Statements, damages: Damages): Date | null {
  const { oldestWaiting, firstLeaseEnd, firstDelayEnd, places } = sql.events;
  const aside = damages.countSetAside('event');
  if (aside > 0) {
    const open = places.all({ limit: aside + 1 });
    return earliest(open.filter(({ seq }) => !damages.isSetAside('event', seq)).map(({ at }) => at));
  }
  return earliest([oldestWaiting.get(), firstLeaseEnd.get(), firstDelayEnd.get()]);
}
