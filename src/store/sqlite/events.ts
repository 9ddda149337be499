/** Events on their way in: recorded, claimed by a translator, settled. What writes runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import { type DigestedEvent, isEventWhole, isRequestWhole } from '../contents.ts';
import { eventDigest, requestDigest, runsDigest } from '../digest.ts';
import {
  beforeSuspect,
  eventMoveOf,
  newEvent,
  newRequest,
  type RequestText,
  toClaimed,
  toRequestText,
  toStored,
} from '../event-moves.ts';
import { earliest } from '../rows.ts';
import type { EventClaim, TranslationSettlement } from '../store.ts';
import type { Tally } from '../tally.ts';
import { failEvent } from './damaged-rows.ts';
import type { Damages } from './damages.ts';
import { insertDrafts } from './deliveries.ts';
import { settleReplayed } from './replay-drafts.ts';
import type { Statements } from './statements.ts';
import { withoutGone } from './tombstones.ts';

export function recordRequest(sql: Statements, received: ReceivedRequest, tally: Tally): Receipt {
  const request = withoutGone(sql, received);
  let accepted = 0;
  let requestSeq: number | undefined;
  for (const event of request.events) {
    if (sql.events.isKnown.get(request.source, event.externalId) !== undefined) continue;
    requestSeq ??= insertRequest(sql, request);
    const row = newEvent(request, event, requestSeq);
    sql.events.insert.run({ ...row, digest: eventDigest(row) });
    tally.events(request.source, row.status, 1);
    tally.problem({ kind: 'event', name: request.source, ...row, count: 1 });
    accepted += 1;
  }
  return { accepted, duplicates: received.events.length - accepted };
}

function insertRequest(sql: Statements, request: ReceivedRequest): number {
  const row = newRequest(request);
  return Number(sql.events.insertRequest.run({ ...row, digest: requestDigest(row) }).lastInsertRowid);
}

/** Where damage was met before, each row is written by itself: what cannot be written is set aside. */
interface Care {
  readonly damages: Damages;
  readonly isCareful: boolean;
}

export function claimEvents(sql: Statements, claim: EventClaim & Care, tally: Tally): readonly ClaimedEvent[] {
  const { limit, now, aloneAfterTries, damages } = claim;
  putBack(sql, claim, now.getTime());
  const requests = new Map<number, RequestText | undefined>();
  const line = sql.events.waiting.all(limit + damages.countSetAside('event'));
  const waiting = line.filter(({ seq }) => !damages.isSetAside('event', seq)).slice(0, limit);
  const claimed: ClaimedEvent[] = [];
  for (const row of beforeSuspect(waiting, aloneAfterTries)) {
    if (!requests.has(row.request_seq)) requests.set(row.request_seq, readRequest(sql, row.request_seq));
    const request = requests.get(row.request_seq);
    if (request === undefined || !isEventWhole(row)) failEvent(sql, { row, now, damages }, tally);
    else if (take(sql, row, claim)) claimed.push({ ...toStored(row), ...request, ...toClaimed(row, claim.worker) });
  }
  return claimed;
}

function take(
  sql: Statements,
  row: DigestedEvent,
  { worker, leaseMs, now, damages, isCareful }: EventClaim & Care,
): boolean {
  const write = (): void => void sql.events.claim.run(worker, addMs(now, leaseMs).getTime(), row.seq);
  if (!isCareful) write();
  else if (!damages.apart(write)) {
    damages.setAside('event', row);
    return false;
  }
  return true;
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

/** False when the lease was lost; then nothing is written. */
export function settleTranslation(sql: Statements, settlement: TranslationSettlement, tally: Tally): boolean {
  const { event, settledAt: now } = settlement;
  const move = eventMoveOf(settlement);
  // Read before the event leaves it.
  const replay = sql.replays.ofEvent.get(event.id);
  if (sql.events.move.run({ ...move, runsDigest: runsDigest(move.runs) }).changes === 0) return false;
  if (move.status === 'received') return true;
  tally.events(event.source, 'received', -1);
  tally.events(event.source, move.status, 1);
  tally.problem({ kind: 'event', name: event.source, ...move, count: 1 });
  const { drafts, origins } = 'drafts' in settlement ? settlement : noDrafts;
  if (replay === undefined || sql.replays.hasDeliveries.get(event.id) === undefined)
    for (const origin of origins) tally.stitched(event.source, origin);
  const queued = { eventId: event.id, drafts, now };
  if (replay === undefined) insertDrafts(sql, queued, tally);
  else settleReplayed(sql, { ...queued, replay, status: move.status }, tally);
  return true;
}

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
