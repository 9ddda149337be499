/** Walks along one way through the events, newest first or back, as far as a page needs or a look may go. */

import { dateFromMs } from '../model/clock.ts';
import type { Conditions, EventWay } from './event-ways.ts';
import { conditionsOf, isAllOf, type KnownNames, wayOf } from './event-ways.ts';
import { compareNewestFirst, type Place, type Span, spanOf, toCursor } from './pages.ts';
import type { EventFilter, EventPage, EventPageRequest, ListedEvent } from './store.ts';

/** A place on the way, and the event that is there. */
export interface Found extends Place {
  readonly event: number;
}

/** In the order of their span. */
export interface Places {
  readonly places: readonly Place[];
  /** There are no more on the way. */
  readonly isAll: boolean;
}

/** What a driver reads. */
export interface EventReader extends KnownNames {
  /** The next places on the way. */
  readonly places: (way: EventWay, span: Span) => Promise<Places>;
  /** At which of these there is an event that fits, by the place's number. */
  readonly fitting: (
    way: EventWay,
    seqs: readonly number[],
    conditions: Conditions,
  ) => Promise<ReadonlyMap<number, number>>;
  readonly listed: (seqs: readonly number[]) => Promise<readonly ListedEvent[]>;
}

/** Most places that are looked at for one page: a search of bodies is continued, not waited for. */
const lookedMax = 5_000;
/** At a time; at first about as many as the page may need, and more where few of them fit. */
const lookedAtOnce = 500;
const growth = 4;

export async function pageOfEvents(
  reader: EventReader,
  filter: EventFilter,
  page: EventPageRequest,
): Promise<EventPage> {
  const walked = await walk(reader, filter, page);
  const { limit, cursor = null } = page;
  const isNewer = page.direction === 'newer';
  const shown = walked.found.slice(0, limit);
  if (isNewer) shown.reverse();
  const items = await reader.listed(shown.map(({ event }) => event));
  const [newest, oldest] = [shown.at(0), shown.at(-1)];
  const end = walked.found.length > limit ? walked.found[limit - 1] : walked.stoppedAt;
  const further = end === undefined ? null : toCursor(end);
  const searchedTo =
    walked.found.length <= limit && walked.stoppedAt !== undefined ? dateFromMs(walked.stoppedAt.at) : null;
  return isNewer
    ? {
        items,
        nextCursor: oldest === undefined ? cursor : toCursor(oldest),
        previousCursor: further ?? (newest === undefined ? cursor : toCursor(newest)),
        searchedTo,
      }
    : { items, nextCursor: further, previousCursor: newest === undefined ? cursor : toCursor(newest), searchedTo };
}

interface Walked {
  /** In the order of the walk; one more than asked for where there are more. */
  readonly found: readonly Found[];
  /** Where it stopped before the end, because it had looked at enough. */
  readonly stoppedAt: Place | undefined;
}

const ofEvent = (place: Place): Found => ({ ...place, event: place.seq });

async function walk(reader: EventReader, filter: EventFilter, page: EventPageRequest): Promise<Walked> {
  const way = await wayOf(filter, reader);
  const isExact = isAllOf(way, filter);
  const conditions = conditionsOf(filter);
  const fittingOf = async (places: readonly Place[]): Promise<readonly Found[]> => {
    const seqs = places.map(({ seq }) => seq);
    const events = await reader.fitting(way, seqs, conditions);
    return places.flatMap((place) => {
      const event = events.get(place.seq);
      return event === undefined ? [] : [{ ...place, event }];
    });
  };
  const found: Found[] = [];
  let looked = 0;
  // What was queued for an event came later than it: of those times only the first is one of theirs too.
  const times = way.by === 'deliveries' ? { since: filter.since } : filter;
  let span = spanOf(page, times, isExact ? page.limit + 1 : Math.min(2 * page.limit + 1, lookedAtOnce));
  for (;;) {
    const { places, isAll } = await reader.places(way, span);
    found.push(...(isExact ? places.map(ofEvent) : await fittingOf(places)));
    looked += places.length;
    const last = places.at(-1);
    if (found.length > page.limit || isAll) return { found, stoppedAt: undefined };
    if (last === undefined) {
      // All that was read came in one millisecond, with one request: its end tells in which order.
      if (span.limit >= lookedMax) return { found, stoppedAt: undefined };
      span = { ...span, limit: Math.min(span.limit * growth, lookedMax) };
      continue;
    }
    if (looked >= lookedMax) return { found, stoppedAt: last };
    const limit = Math.min(span.limit * growth, lookedAtOnce, lookedMax - looked);
    span = { ...span, from: last, limit };
  }
}

/** The first of what each line has, which is as much as the span asks for or all there is. */
export function placesOfLines(all: readonly Place[], span: Span): Places {
  return { places: inOrder(all, span).slice(0, span.limit), isAll: all.length < span.limit };
}

/**
 * The same of lines that are in the order of ids, which agree with the places but within a millisecond: of a line that goes
 * on, its last one is left to the next time.
 */
export function placesByIds(lines: readonly (readonly Place[])[], span: Span): Places {
  const open = lines.flatMap((line) => (line.length < span.limit ? [] : (line.at(-1)?.at ?? [])));
  const isBeyond = (at: number): boolean => open.some((end) => (span.direction === 'older' ? at <= end : at >= end));
  const all = new Map(lines.flat().map((place) => [place.seq, place]));
  return {
    places: inOrder(
      [...all.values()].filter(({ at }) => !isBeyond(at)),
      span,
    ),
    isAll: open.length === 0,
  };
}

/** Of a few that are known. */
export const placesWithin = (all: readonly Place[], span: Span): Places => {
  const sign = span.direction === 'older' ? 1 : -1;
  const isIn = (place: Place): boolean =>
    sign * compareNewestFirst(span.from, place) < 0 && place.at >= span.since && place.at < span.until;
  return { places: inOrder(all.filter(isIn), span), isAll: true };
};

function inOrder(places: readonly Place[], { direction }: Span): readonly Place[] {
  const sorted = places.toSorted(compareNewestFirst);
  return direction === 'newer' ? sorted.reverse() : sorted;
}
