/** Events on their way in: recorded, claimed by a translator, settled. What writes runs inside a transaction. */
import { addMs, dateFromMs } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, EventStatus, Receipt, ReceivedRequest, SourceEvent } from '../../model/event.ts';
import { newId } from '../../model/id.ts';
import type { Json } from '../../model/json.ts';
import { eventDigest, requestDigest, toldDigest } from '../digest.ts';
import type { EventClaim, TranslationSettlement } from '../store.ts';
import { insertDrafts } from './deliveries.ts';
import type { EventMove, NewEvent } from './event-statements.ts';
import { type EventRow, earliest, type RequestRow, toHeaders } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tally } from './tally.ts';
import { withoutErased } from './tombstones.ts';

export function recordRequest(sql: Statements, received: ReceivedRequest, tally: Tally): Receipt {
  const request = withoutErased(sql, received);
  let accepted = 0;
  let requestSeq: number | undefined;
  for (const event of request.events) {
    if (sql.events.isKnown.get(request.source, event.externalId) !== undefined) continue;
    requestSeq ??= insertRequest(sql, request);
    sql.events.insert.run(newEvent(request, event, requestSeq));
    tally.events(request.source, statusOf(event), 1);
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
  const message = unusable?.message ?? null;
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
    message,
    settledAt: unusable === undefined ? null : receivedAt.getTime(),
    digest: eventDigest(content),
    toldDigest: toldDigest(message, null),
  };
}

export function claimEvents(sql: Statements, claim: EventClaim): readonly ClaimedEvent[] {
  const { worker, limit, leaseMs, now, aloneAfterTries } = claim;
  sql.events.endLeases.run(now.getTime());
  sql.events.endDelays.run(now.getTime());
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  const requests = new Map<number, RequestText>();
  const claimed: ClaimedEvent[] = [];
  const waiting = sql.events.waiting.all(limit);
  const suspect = waiting.findIndex(({ tries }) => tries >= aloneAfterTries);
  for (const row of suspect === -1 ? waiting : waiting.slice(0, Math.max(suspect, 1))) {
    const request = requests.get(row.request_seq) ?? readRequest(sql, row.request_seq);
    requests.set(row.request_seq, request);
    sql.events.claim.run(worker, leaseEndsAt, row.seq);
    claimed.push({ ...toClaimed(row), ...request, claimedBy: worker });
  }
  return claimed;
}

export function endAllEventLeases(sql: Statements): void {
  sql.events.endLeases.run(Number.MAX_SAFE_INTEGER);
}

type RequestText = Pick<ClaimedEvent, 'kind' | 'url' | 'headers' | 'bodyText'>;

/** Read and decoded once, however many of the claimed events it carries. */
function readRequest(sql: Statements, seq: number): RequestText {
  const row = requestOf(sql, seq);
  return { kind: row.kind, url: row.url, headers: toHeaders(row), bodyText: row.body.toString('utf8') };
}

/** The foreign key promises that the row exists. */
export function requestOf(sql: Statements, seq: number): RequestRow {
  const row = sql.events.request.get(seq);
  if (row === undefined) throw new GatewayError('INTERNAL', `request ${seq} of a stored event is missing`);
  return row;
}

function toClaimed(row: EventRow) {
  return {
    id: row.id,
    tries: row.tries + 1,
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
  const { event, settledAt } = settlement;
  const move = moveOf(settlement);
  if (sql.events.move.run({ ...move, toldDigest: toldDigest(move.message, move.runs) }).changes === 0) return false;
  if (move.status !== 'received') {
    tally.events(event.source, 'received', -1);
    tally.events(event.source, move.status, 1);
  }
  if ('drafts' in settlement) {
    insertDrafts(sql, { eventId: event.id, drafts: settlement.drafts, now: settledAt }, tally);
    for (const origin of settlement.origins) tally.stitched(event.source, origin);
  }
  return true;
}

function moveOf(settlement: TranslationSettlement): Omit<EventMove, 'toldDigest'> {
  const { id, claimedBy: worker, tries } = settlement.event;
  const lease = { id, worker, tries, spent: 1 as const, dueAt: null, waitsFor: null };
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
      return { ...lease, status: 'failed', reason, message, settledAt, runs: runsOf(settlement) };
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

export function nextEventAt(sql: Statements): Date | null {
  const { oldestWaiting, firstLeaseEnd, firstDelayEnd } = sql.events;
  return earliest([oldestWaiting.get(), firstLeaseEnd.get(), firstDelayEnd.get()]);
}
