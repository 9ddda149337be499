/**
 * Pages, newest first. A filter that leaves the source, the destination or the status open is answered by merging one
 * short range for each of them: they are few and known, so no page walks through history.
 */
import { GatewayError } from '../model/error.ts';
import type { EventFilter, EventPageRequest } from './store.ts';

/** Where a row stands in a list that runs from the newest to the oldest. */
export interface Place {
  readonly at: number;
  readonly seq: number;
}

interface Shown {
  readonly shown: readonly Place[];
  readonly nextCursor: string | null;
}

/** One place more than asked for tells whether another page follows. */
export function shownOf(places: readonly Place[], limit: number): Shown {
  const shown = places.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextCursor: last === undefined || places.length <= limit ? null : toCursor(last) };
}

export const compareNewestFirst = (a: Place, b: Place): number => b.at - a.at || b.seq - a.seq;

/**
 * A stretch of places in one direction, from a place on, itself left out. It begins within the times that are asked for;
 * where it ends is `since` for what goes to the older and `until` for what goes to the newer ones.
 */
export interface Span {
  readonly from: Place;
  readonly direction: 'older' | 'newer';
  readonly since: number;
  readonly until: number;
  readonly limit: number;
}

type Times = Pick<EventFilter, 'since' | 'until'>;

export function spanOf({ cursor, direction = 'older' }: EventPageRequest, times: Times, limit: number): Span {
  const since = times.since?.getTime() ?? 0;
  const until = times.until?.getTime() ?? Number.MAX_SAFE_INTEGER;
  const start = direction === 'older' ? { at: until, seq: 0 } : { at: since, seq: -1 };
  const starts = cursor === undefined ? [start] : [start, fromCursor(cursor)];
  const [newest = start, oldest = newest] = starts.toSorted(compareNewestFirst);
  return { from: direction === 'older' ? oldest : newest, direction, since, until, limit };
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
