/** Events on their way in: recorded, claimed by a translator, settled. What writes runs inside a transaction. */
import { causeOf } from '../../model/cause.ts';
import { addMs, dateFromMs } from '../../model/clock.ts';
import type { ClaimedEvent, EventStatus, Receipt, ReceivedRequest, SourceEvent } from '../../model/event.ts';
import { newId } from '../../model/id.ts';
import type { Json } from '../../model/json.ts';
import { eventDigest, requestDigest, runsDigest } from '../digest.ts';
import type { EventClaim, TranslationSettlement } from '../store.ts';
import { isEventWhole, isRequestWhole } from './contents.ts';
import { failEvent } from './damaged-rows.ts';
import type { Damages } from './damages.ts';
import { insertDrafts } from './deliveries.ts';
import type { EventMove, NewEvent } from './event-statements.ts';
import { settleReplayed } from './replay-drafts.ts';
import { type EventRow, earliest, toHeaders } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tally } from './tally.ts';
import { withoutGone } from './tombstones.ts';

export function recordRequest(sql: Statements, received: ReceivedRequest, tally: Tally): Receipt {
  const request = withoutGone(sql, received);
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
  const { source, kind, method, url, headers, body, receivedAt } = request;
  const content = {
    source,
    kind,
    method,
    url,
    receivedAt: receivedAt.getTime(),
    headers: JSON.stringify(headers),
    body,
  };
  const { lastInsertRowid } = sql.events.insertRequest.run({ ...content, digest: requestDigest(content) });
  return Number(lastInsertRowid);
}

const statusOf = ({ unusable }: SourceEvent): EventStatus => (unusable === undefined ? 'received' : 'failed');

function newEvent({ source, receivedAt }: ReceivedRequest, event: SourceEvent, requestSeq: number): NewEvent {
  const { item, type, externalId, unusable } = event;
  const content = {
    id: newId('evt', receivedAt),
    requestSeq,
    item,
    source,
    type,
    externalId,
    occurredAt: event.occurredAt.getTime(),
    receivedAt: receivedAt.getTime(),
  };
  return {
    ...content,
    status: statusOf(event),
    reason: unusable?.reason ?? null,
    message: unusable?.message ?? null,
    cause: unusable === undefined ? null : causeOf(unusable.message),
    settledAt: unusable === undefined ? null : receivedAt.getTime(),
    digest: eventDigest(content),
  };
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
  const suspect = waiting.findIndex(({ tries }) => tries >= aloneAfterTries);
  const claimed: ClaimedEvent[] = [];
  for (const row of suspect === -1 ? waiting : waiting.slice(0, Math.max(suspect, 1))) {
    if (!requests.has(row.request_seq)) requests.set(row.request_seq, readRequest(sql, row.request_seq));
    const request = requests.get(row.request_seq);
    if (request === undefined || !isEventWhole(row)) failEvent(sql, { row, now, damages }, tally);
    else if (take(sql, row, claim))
      claimed.push({ ...toStored(row), ...request, tries: row.tries + 1, claimedBy: claim.worker });
  }
  return claimed;
}

function take(
  sql: Statements,
  row: EventRow,
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

export type RequestText = Pick<ClaimedEvent, 'kind' | 'url' | 'headers' | 'bodyText'>;

/** Read and decoded once, however many of the claimed events it carries; undefined where it is damaged. */
export function readRequest(sql: Statements, seq: number): RequestText | undefined {
  const row = sql.events.request.get(seq);
  if (row === undefined || !isRequestWhole(row)) return undefined;
  return { kind: row.kind, url: row.url, headers: toHeaders(row), bodyText: row.body.toString('utf8') };
}

export function toStored(row: EventRow) {
  return {
    id: row.id,
    source: row.source,
    type: row.type,
    externalId: row.external_id,
    occurredAt: dateFromMs(row.occurred_at),
    receivedAt: dateFromMs(row.received_at),
    item: row.item,
  };
}

/** False when the lease was lost; then nothing is written. */
export function settleTranslation(sql: Statements, settlement: TranslationSettlement, tally: Tally): boolean {
  const { event, settledAt: now } = settlement;
  const move = moveOf(settlement);
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

function moveOf(settlement: TranslationSettlement): Omit<EventMove, 'runsDigest'> {
  const { id, claimedBy: worker, tries } = settlement.event;
  const lease = { id, worker, tries, spent: 1 as const, dueAt: null, waitsFor: null, cause: null };
  const settledAt = settlement.settledAt.getTime();
  switch (settlement.to) {
    case 'translated':
      return { ...lease, status: 'translated', reason: null, message: null, settledAt, runs: runsOf(settlement) };
    case 'unmatched':
      return {
        ...lease,
        status: 'unmatched',
        reason: null,
        message: settlement.why,
        settledAt,
        runs: runsOf(settlement),
      };
    case 'failed': {
      const { reason, message } = settlement;
      const cause = causeOf(message);
      return { ...lease, status: 'failed', reason, message, cause, settledAt, runs: runsOf(settlement) };
    }
    case 'delayed': {
      const wait = { dueAt: settlement.dueAt.getTime(), waitsFor: settlement.waitsFor, spent: 0 as const };
      return { ...lease, ...backInLine, runs: runsOf(settlement), ...wait };
    }
    case 'released':
      return { ...lease, ...backInLine, runs: null, spent: 0 };
  }
}

const backInLine = { status: 'received', reason: null, message: null, settledAt: null } as const;

const runsOf = ({ runs }: { readonly runs: Json }): string => JSON.stringify(runs);

export function nextEventAt(sql: Statements, damages: Damages): Date | null {
  const { oldestWaiting, firstLeaseEnd, firstDelayEnd, places } = sql.events;
  const aside = damages.countSetAside('event');
  if (aside > 0) {
    const open = places.all({ limit: aside + 1 });
    return earliest(open.filter(({ seq }) => !damages.isSetAside('event', seq)).map(({ at }) => at));
  }
  return earliest([oldestWaiting.get(), firstLeaseEnd.get(), firstDelayEnd.get()]);
}
