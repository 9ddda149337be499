/**
 * Pages, newest first. A filter that leaves the source, the destination or the status open is answered by merging one
 * short range for each of them: they are few and known, so no page walks through history.
 */
import type { FailureReason } from '../model/attempt.ts';
import { type DeliveryStatus, deliveryStatuses } from '../model/delivery.ts';
import { GatewayError } from '../model/error.ts';
import type { EventStatus } from '../model/event.ts';
import type { DeliveryFilter, EventFilter, PageRequest } from './store.ts';

/** Where a row stands in a list that runs from the newest to the oldest. */
export interface Place {
  readonly at: number;
  readonly seq: number;
}

export interface Range {
  readonly beforeAt: number;
  readonly beforeSeq: number;
  readonly since: number;
  readonly limit: number;
}

export interface EventRange extends Range {
  readonly source: string;
  readonly status: EventStatus;
  readonly type: string | null;
}

export interface DeliveryRange extends Range {
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
}

/** Only a dead delivery has a reason. */
export function statusesOf({ status, reason }: DeliveryFilter): readonly DeliveryStatus[] {
  const possible = reason === undefined ? deliveryStatuses : (['dead'] as const);
  return possible.filter((one) => status === undefined || one === status);
}

interface Shown {
  readonly shown: readonly Place[];
  readonly nextCursor: string | null;
}

/** One row more than asked for tells whether another page follows. */
export function newestOf(places: readonly Place[], limit: number): Shown {
  const newest = places.toSorted(newestFirst).slice(0, limit + 1);
  const shown = newest.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextCursor: last === undefined || newest.length <= limit ? null : toCursor(last) };
}

const newestFirst = (a: Place, b: Place): number => b.at - a.at || b.seq - a.seq;

type Times = Pick<EventFilter, 'since' | 'until'>;

/** The page starts after the cursor, and `until` itself is outside: whichever is older. */
export function rangeOf({ cursor, limit }: PageRequest, { since, until }: Times): Range {
  const starts: Place[] = [{ at: Number.MAX_SAFE_INTEGER, seq: 0 }];
  if (until !== undefined) starts.push({ at: until.getTime(), seq: 0 });
  if (cursor !== undefined) starts.push(fromCursor(cursor));
  const start = starts.reduce((a, b) => (newestFirst(a, b) < 0 ? b : a));
  return { beforeAt: start.at, beforeSeq: start.seq, since: since?.getTime() ?? 0, limit: limit + 1 };
}

export const toCursor = ({ at, seq }: Place): string => Buffer.from(`${at}.${seq}`).toString('base64url');

export function fromCursor(cursor: string): Place {
  const [, at, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || seq === undefined) {
    throw new GatewayError('REQUEST_INVALID', 'the cursor is not one that a list returned', {
      hint: 'Leave it out to start from the newest.',
    });
  }
  return { at: Number(at), seq: Number(seq) };
}
