/** Events on their way through the gateway: recorded, claimed by a translator, settled. Each function runs in a transaction. */
import { hash } from 'node:crypto';
import { addMs, dateFromMs } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest, SourceEvent } from '../../model/event.ts';
import { newId, type RequestId } from '../../model/id.ts';
import type { Json } from '../../model/json.ts';
import type { Claim, TranslationSettlement } from '../store.ts';
import { insertDrafts } from './deliveries.ts';
import type { EventLease, EventMove } from './event-statements.ts';
import { type EventRow, earliest, type RequestRow, toHeaders } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tally } from './tally.ts';

export function recordRequest(sql: Statements, request: ReceivedRequest, tally: Tally): Receipt {
  let accepted = 0;
  let requestId: RequestId | undefined;
  for (const event of request.events) {
    const dedupeKey = dedupeKeyOf(request.source, event.externalId);
    if (sql.events.isKnown.get(dedupeKey) !== undefined) continue;
    requestId ??= insertRequest(sql, request);
    insertEvent(sql, { request, requestId, event, dedupeKey }, tally);
    accepted += 1;
  }
  return { accepted, duplicates: request.events.length - accepted };
}

function dedupeKeyOf(source: string, externalId: string): Buffer {
  return hash('sha256', JSON.stringify([source, externalId]), 'buffer');
}

function insertRequest(sql: Statements, request: ReceivedRequest): RequestId {
  const { source, kind, method, url, headers, body, receivedAt } = request;
  const id = newId('req', receivedAt);
  sql.events.insertRequest.run({
    ...{ id, source, kind, method, url, receivedAt: receivedAt.getTime() },
    headers: JSON.stringify(headers),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  });
  return id;
}

interface EventOfRequest {
  readonly request: ReceivedRequest;
  readonly requestId: RequestId;
  readonly event: SourceEvent;
  readonly dedupeKey: Buffer;
}

function insertEvent(sql: Statements, { request, requestId, event, dedupeKey }: EventOfRequest, tally: Tally): void {
  const { source, receivedAt } = request;
  const { item, type, externalId, unusable } = event;
  const status = unusable === undefined ? 'received' : 'failed';
  sql.events.insert.run({
    ...{ id: newId('evt', receivedAt), requestId, item, source, type, externalId, dedupeKey, status },
    occurredAt: event.occurredAt.getTime(),
    receivedAt: receivedAt.getTime(),
    reason: unusable?.reason ?? null,
    message: unusable?.message ?? null,
    settledAt: unusable === undefined ? null : receivedAt.getTime(),
  });
  tally.events(source, status, 1);
}

export function claimEvents(sql: Statements, { worker, limit, leaseMs, now }: Claim): readonly ClaimedEvent[] {
  sql.events.endLeases.run(now.getTime());
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  const requests = new Map<RequestId, RequestText>();
  const claimed: ClaimedEvent[] = [];
  for (const row of sql.events.waiting.all(limit)) {
    const request = requests.get(row.request_id) ?? readRequest(sql, row.request_id);
    requests.set(row.request_id, request);
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
function readRequest(sql: Statements, id: RequestId): RequestText {
  const row = requestOf(sql, id);
  return { kind: row.kind, url: row.url, headers: toHeaders(row), bodyText: row.body.toString('utf8') };
}

/** The foreign key promises that the row exists. */
export function requestOf(sql: Statements, id: RequestId): RequestRow {
  const row = sql.events.request.get(id);
  if (row === undefined) throw new GatewayError('INTERNAL', `request ${id} of a stored event is missing`);
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
  if (sql.events.move.run(move).changes === 0) return false;
  if (move.status !== 'received') {
    tally.events(event.source, 'received', -1);
    tally.events(event.source, move.status, 1);
  }
  if ('drafts' in settlement)
    insertDrafts(sql, { eventId: event.id, drafts: settlement.drafts, now: settledAt }, tally);
  return true;
}

function moveOf(settlement: TranslationSettlement): EventMove {
  const { id, claimedBy: worker, tries } = settlement.event;
  const lease: EventLease = { id, worker, tries };
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
    case 'released':
      return { ...lease, status: 'received', reason: null, message: null, settledAt: null, runs: null };
  }
}

const runsOf = ({ runs }: { readonly runs: Json }): string => JSON.stringify(runs);

export function nextEventAt(sql: Statements): Date | null {
  return earliest([sql.events.oldestWaiting.get(), sql.events.firstLeaseEnd.get()]);
}
