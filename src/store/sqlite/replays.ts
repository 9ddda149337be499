/** Stored events that go back in line, replay by replay. What writes runs inside a transaction. */
import type { Traces } from '../../identity/traces.ts';
import { GatewayError } from '../../model/error.ts';
import { type Replay, type ReplayFilter, type ReplayOrder, replayableFailures } from '../../model/replay.ts';
import { type RequestText, toStored } from '../event-moves.ts';
import { fromCursor, type Place, toCursor } from '../pages.ts';
import type { ReplayCandidate, ReplayCandidates } from '../repair.ts';
import {
  byReceipt,
  countedRanges,
  deathRange,
  type Found,
  fits,
  isLater,
  isReplayable,
  type Ranged,
  type ReplayableRow,
  replayRanges,
  startOf,
} from '../replay-ranges.ts';
import {
  filterWithout,
  newReplay,
  nextStepOf,
  type ReplayRow,
  replayStepOf,
  toFilter,
  toReplay,
} from '../replay-rows.ts';
import { earliest } from '../rows.ts';
import type { Tally } from '../tally.ts';
import { readRequest } from './events.ts';
import type { Statements } from './statements.ts';

interface Wanted {
  readonly filter: ReplayFilter;
  readonly after: Place;
  readonly limit: number;
}

function placesOf(sql: Statements, { filter, after, limit }: Wanted): readonly Found[] {
  if (filter.dead !== undefined) return sql.replays.deaths.all({ ...deathRange(filter.dead, filter, after), limit });
  const found =
    filter.ids === undefined
      ? replayRanges(sourcesOf(sql), { filter, after, failures: replayableFailures }).flatMap(({ kind, range }) =>
          sql.replays.places[kind].all({ ...range, limit }),
        )
      : named(sql, filter)
          .filter((row) => isReplayable(row) && isLater(row, after))
          .map((row) => ({ ...row, event: row.seq }));
  return found.toSorted(byReceipt).slice(0, limit);
}

const sourcesOf = ({ tally }: Statements): readonly string[] => tally.names.all('event');

/** The events that the filter names, as far as they fit the rest of it. */
function named(sql: Statements, filter: ReplayFilter): readonly ReplayableRow[] {
  const rows = [...new Set(filter.ids)].flatMap((id) => sql.replays.event.get(id) ?? []);
  return rows.filter((row) => fits(row, filter));
}

export function countReplayable(sql: Statements, filter: ReplayFilter): { replayable: number; unusable: number } {
  if (filter.ids !== undefined) {
    const rows = named(sql, filter);
    const replayable = rows.filter(isReplayable).length;
    return { replayable, unusable: rows.length - replayable };
  }
  if (filter.dead !== undefined) {
    const range = deathRange(filter.dead, filter, startOf(filter));
    return { replayable: sql.replays.countDeaths.get(range) ?? 0, unusable: 0 };
  }
  const countIn = (ranged: readonly Ranged[]): number =>
    ranged.map(({ kind, range }) => sql.replays.counts[kind].get(range) ?? 0).reduce((sum, count) => sum + count, 0);
  const { replayable, unusable } = countedRanges(sourcesOf(sql), filter);
  return { replayable: countIn(replayable), unusable: countIn(unusable) };
}

export function replayCandidates(
  sql: Statements,
  filter: ReplayFilter,
  { limit, from }: { readonly limit: number; readonly from?: string | undefined },
): ReplayCandidates {
  const after = from === undefined ? startOf(filter) : fromCursor(from);
  const places = placesOf(sql, { filter, after, limit });
  const requests = new Map<number, RequestText | undefined>();
  const last = places.at(-1);
  return {
    candidates: places.flatMap(({ event }) => candidateOf(sql, event, requests)),
    next: last === undefined || places.length < limit ? null : toCursor(last),
  };
}

/** Events of one request lie close to each other, so its body is decoded once. */
function candidateOf(
  sql: Statements,
  seq: number,
  requests: Map<number, RequestText | undefined>,
): readonly ReplayCandidate[] {
  return sql.events.bySeq.all(seq).flatMap((row) => {
    if (!requests.has(row.request_seq)) requests.set(row.request_seq, readRequest(sql, row.request_seq));
    const request = requests.get(row.request_seq);
    // What is damaged is not translated, now or later.
    if (request === undefined) return [];
    const deliveries = sql.deliveries.ofEvent
      .all(row.id)
      .map(({ destination, mapping_file, outgoing_id, status, payload }) => {
        return { destination, mapping: mapping_file, outgoingId: outgoing_id, status, payload };
      });
    return { event: { ...toStored(row), ...request }, deliveries };
  });
}

export function startReplay(sql: Statements, order: ReplayOrder, now: Date): Replay {
  const { filter, row: inserted } = newReplay(order, now);
  sql.replays.insert.run({ ...inserted, total: countReplayable(sql, filter).replayable });
  const row = sql.replays.byId.get(inserted.id);
  if (row === undefined) throw new GatewayError('INTERNAL', `replay ${inserted.id} is missing`);
  return toReplay(row);
}

export function continueReplays(sql: Statements, now: Date, tally: Tally): number {
  return sql.replays.due
    .all(now.getTime())
    .map((row) => continueReplay(sql, { row, now }, tally))
    .reduce((sum, count) => sum + count, 0);
}

function continueReplay(
  sql: Statements,
  { row, now }: { readonly row: ReplayRow; readonly now: Date },
  tally: Tally,
): number {
  const { limit, after } = nextStepOf(row);
  // One more than is taken tells whether these are the last.
  const found = limit === 0 ? [] : placesOf(sql, { filter: toFilter(row), after, limit: limit + 1 });
  const places = found.slice(0, limit);
  for (const { event } of places) putInLine(sql, { seq: event, replay: row.seq, now: now.getTime() }, tally);
  sql.replays.step.run(replayStepOf(row, { found, putInLine: places.length, now }));
  return places.length;
}

function putInLine(
  sql: Statements,
  place: { readonly seq: number; readonly replay: number; readonly now: number },
  tally: Tally,
): void {
  const row = sql.replays.eventAt.get(place.seq);
  if (row === undefined) return;
  const { source, status, reason, cause } = row;
  sql.replays.putInLine.run(place);
  tally.events(source, status, -1);
  tally.events(source, 'received', 1);
  tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
}

export const nextReplayAt = (sql: Statements): Date | null => earliest([sql.replays.firstDue.get()]);

export function eraseFromFilters(sql: Statements, traces: Traces): void {
  for (const row of sql.replays.filters.all()) {
    const filter = filterWithout(row, traces);
    if (filter !== undefined) sql.replays.emptyFilter.run(filter, row.seq);
  }
}
