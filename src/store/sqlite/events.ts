/** Events on their way in: recorded, claimed by a translator, settled. What writes runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import {
  beforeSuspect,
  eventMoveOf,
  newEvent,
  newRequest,
  type RequestText,
  toRequestText,
  toStored,
} from '../event-moves.ts';
import { earliest, type RequestRow } from '../rows.ts';
import type { EventClaim, TranslationSettlement } from '../store.ts';
import type { Tally } from '../tally.ts';
import { insertDrafts } from './deliveries.ts';
import { settleReplayed } from './replay-drafts.ts';
import type { Statements } from './statements.ts';
import { withoutErased } from './tombstones.ts';

export function recordRequest(sql: Statements, received: ReceivedRequest, tally: Tally): Receipt {
  const request = withoutErased(sql, received);
  let accepted = 0;
  let requestSeq: number | undefined;
  for (const event of request.events) {
    if (sql.events.isKnown.get(request.source, event.externalId) !== undefined) continue;
    requestSeq ??= insertRequest(sql, request);
    const row = newEvent(request, event, requestSeq);
    sql.events.insert.run(row);
    tally.events(request.source, row.status, 1);
    tally.problem({ kind: 'event', name: request.source, ...row, count: 1 });
    accepted += 1;
  }
  return { accepted, duplicates: received.events.length - accepted };
}

function insertRequest(sql: Statements, request: ReceivedRequest): number {
  return Number(sql.events.insertRequest.run(newRequest(request)).lastInsertRowid);
}

export function claimEvents(sql: Statements, claim: EventClaim): readonly ClaimedEvent[] {
  const { worker, limit, leaseMs, now, aloneAfterTries } = claim;
  sql.events.endLeases.run(now.getTime());
  sql.events.endDelays.run(now.getTime());
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  const requests = new Map<number, RequestText>();
  const claimed: ClaimedEvent[] = [];
  for (const row of beforeSuspect(sql.events.waiting.all(limit), aloneAfterTries)) {
    const request = requests.get(row.request_seq) ?? readRequest(sql, row.request_seq);
    requests.set(row.request_seq, request);
    sql.events.claim.run(worker, leaseEndsAt, row.seq);
    claimed.push({ ...toStored(row), ...request, tries: row.tries + 1, claimedBy: worker });
  }
  return claimed;
}

export function endAllEventLeases(sql: Statements): void {
  sql.events.endLeases.run(Number.MAX_SAFE_INTEGER);
}

/** Read and decoded once, however many of the claimed events it carries. */
export function readRequest(sql: Statements, seq: number): RequestText {
  return toRequestText(requestOf(sql, seq));
}

/** The foreign key promises that the row exists. */
export function requestOf(sql: Statements, seq: number): RequestRow {
  const row = sql.events.request.get(seq);
  if (row === undefined) throw new GatewayError('INTERNAL', `request ${seq} of a stored event is missing`);
  return row;
}

/** False when the lease was lost; then nothing is written. */
export function settleTranslation(sql: Statements, settlement: TranslationSettlement, tally: Tally): boolean {
  const { event, settledAt: now } = settlement;
  const move = eventMoveOf(settlement);
  // Read before the event leaves it.
  const replay = sql.replays.ofEvent.get(event.id);
  if (sql.events.move.run(move).changes === 0) return false;
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

export function nextEventAt(sql: Statements): Date | null {
  const { oldestWaiting, firstLeaseEnd, firstDelayEnd } = sql.events;
  return earliest([oldestWaiting.get(), firstLeaseEnd.get(), firstDelayEnd.get()]);
}
