/** What becomes of requests and events, as the tables hold it: the same for every driver. */
import { causeOf } from '../model/cause.ts';
import { dateFromMs } from '../model/clock.ts';
import type {
  ClaimedEvent,
  EventFailure,
  EventStatus,
  EventWait,
  ReceivedRequest,
  SourceEvent,
} from '../model/event.ts';
import { type EventId, newId, type WorkerId } from '../model/id.ts';
import type { Json } from '../model/json.ts';
import { type EventRow, type RequestRow, toHeaders } from './rows.ts';
import type { TranslationSettlement } from './store.ts';
import { wellFormed } from './well-formed.ts';

export interface NewRequest extends Omit<RequestRow, 'body'> {
  readonly body: Uint8Array;
  readonly source: string;
  readonly receivedAt: number;
}

export interface NewEvent {
  readonly id: EventId;
  readonly requestSeq: number;
  readonly item: number | null;
  readonly source: string;
  readonly type: string;
  readonly externalId: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly status: EventStatus;
  readonly reason: EventFailure | null;
  readonly message: string | null;
  readonly cause: string | null;
  readonly settledAt: number | null;
}

/** Which claim of which event: without all three the lease is lost. */
export interface EventLease {
  readonly id: EventId;
  readonly worker: WorkerId;
  readonly tries: number;
}

export interface EventMove extends EventLease {
  readonly status: EventStatus;
  readonly reason: EventFailure | null;
  readonly message: string | null;
  readonly cause: string | null;
  readonly settledAt: number | null;
  readonly runs: string | null;
  readonly dueAt: number | null;
  readonly waitsFor: EventWait | null;
  /** 0 when the worker gives it back untried. */
  readonly spent: 0 | 1;
}

export function newRequest(request: ReceivedRequest): NewRequest {
  const { source, kind, method, url, headers, body, receivedAt } = request;
  const row = { source, kind, method, url, receivedAt: receivedAt.getTime(), headers: JSON.stringify(headers), body };
  return wellFormed(row);
}

export const statusOf = ({ unusable }: SourceEvent): EventStatus => (unusable === undefined ? 'received' : 'failed');

/** What is counted of an event that no mapping will see. */
export const problemOf = ({ unusable }: SourceEvent): Pick<NewEvent, 'reason' | 'cause'> => ({
  reason: unusable?.reason ?? null,
  cause: unusable === undefined ? null : causeOf(unusable.message),
});

export function newEvent({ source, receivedAt }: ReceivedRequest, event: SourceEvent, requestSeq: number): NewEvent {
  const { item, type, externalId, unusable } = event;
  return wellFormed({
    id: newId('evt', receivedAt),
    requestSeq,
    item,
    source,
    type,
    externalId,
    status: statusOf(event),
    occurredAt: event.occurredAt.getTime(),
    receivedAt: receivedAt.getTime(),
    ...problemOf(event),
    message: unusable?.message ?? null,
    settledAt: unusable === undefined ? null : receivedAt.getTime(),
  });
}

/** What is handed out together: a suspect stands alone, so whoever stands before it goes first. */
export function beforeSuspect<T extends Pick<EventRow, 'tries'>>(
  waiting: readonly T[],
  aloneAfterTries: number,
): readonly T[] {
  const suspect = waiting.findIndex(({ tries }) => tries >= aloneAfterTries);
  return suspect === -1 ? waiting : waiting.slice(0, Math.max(suspect, 1));
}

export type RequestText = Pick<ClaimedEvent, 'kind' | 'url' | 'headers' | 'bodyText'>;

export const toRequestText = (row: RequestRow): RequestText => ({
  kind: row.kind,
  url: row.url,
  headers: toHeaders(row),
  bodyText: row.body.toString('utf8'),
});

/** All that an event says, whoever works on it. */
export type StoredEvent = Omit<ClaimedEvent, 'claimedBy' | 'tries' | 'inLineSince'>;

/** The same of an event that is being written, with the request that carries it. */
export const toStoredNow = (row: NewEvent, request: RequestText): StoredEvent => ({
  id: row.id,
  source: row.source,
  type: row.type,
  externalId: row.externalId,
  occurredAt: dateFromMs(row.occurredAt),
  receivedAt: dateFromMs(row.receivedAt),
  item: row.item,
  ...request,
});

export function toStored(row: EventRow): Omit<StoredEvent, keyof RequestText> {
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

/** What only an event has that is in line. */
export const toClaimed = (
  row: Pick<EventRow, 'tries' | 'in_line_since' | 'received_at'>,
  claimedBy: WorkerId,
): Pick<ClaimedEvent, 'claimedBy' | 'tries' | 'inLineSince'> => ({
  claimedBy,
  tries: row.tries + 1,
  inLineSince: dateFromMs(row.in_line_since ?? row.received_at),
});

/** The first claim of one that was recorded with it. */
export const claimedBy =
  (worker: WorkerId) =>
  (event: StoredEvent): ClaimedEvent => ({ ...event, claimedBy: worker, tries: 1, inLineSince: event.receivedAt });

export const eventMoveOf = (settlement: TranslationSettlement): EventMove => wellFormed(moveOf(settlement));

function moveOf(settlement: TranslationSettlement): EventMove {
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
