/** Stored events that go back in line, replay by replay. What writes runs inside a transaction. */
import type { Traces } from '../../identity/traces.ts';
import { addMs, dateFromMs } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import { type EventFailure, unusableReasons } from '../../model/event.ts';
import { type EventId, newId } from '../../model/id.ts';
import {
  type Replay,
  type ReplayFilter,
  type ReplayOrder,
  replayableFailures,
  replayableStatuses,
  replayInLineMax,
  replayPace,
} from '../../model/replay.ts';
import { type RequestText, toStored } from '../event-moves.ts';
import { fromCursor, type Place, toCursor } from '../pages.ts';
import type { ReplayCandidate, ReplayCandidates } from '../repair.ts';
import { earliest } from '../rows.ts';
import type { Tally } from '../tally.ts';
import { readRequest } from './events.ts';
import type { RangeKind, ReplayableRow, ReplayRange, ReplayRow } from './replay-statements.ts';
import type { Statements } from './statements.ts';

/** How long a replay waits whose events pile up in line, in milliseconds. */
const crowdedMs = 1_000;

/** Before the first event that was received then. */
const startOf = ({ since }: ReplayFilter): Place => ({ at: since?.getTime() ?? 0, seq: 0 });

const isLater = (a: Place, b: Place): boolean => a.at > b.at || (a.at === b.at && a.seq > b.seq);
const byReceipt = (a: Place, b: Place): number => a.at - b.at || a.seq - b.seq;

interface Walk {
  readonly filter: ReplayFilter;
  readonly after: Place;
  /** Of failed events only these. */
  readonly failures: readonly EventFailure[];
}

interface Ranged {
  readonly kind: RangeKind;
  readonly range: ReplayRange;
}

/** One short range for each source and status, and of failed events for each reason: no step walks through history. */
function rangesOf(sql: Statements, { filter, after, failures }: Walk): readonly Ranged[] {
  const { type = null, cause = null, reason, until } = filter;
  const sources = filter.source === undefined ? sql.tally.names.all('event') : [filter.source];
  const isOfFailed = reason !== undefined || cause !== null;
  const statuses = replayableStatuses.filter(
    (status) => status === (filter.status ?? status) && (!isOfFailed || status === 'failed'),
  );
  const reasons = failures.filter((one) => one === (reason ?? one));
  const common = { type, cause, afterAt: after.at, afterSeq: after.seq, until: until?.getTime() ?? noEnd };
  return sources.flatMap((source) =>
    statuses.flatMap((status): Ranged[] =>
      status === 'failed'
        ? reasons.map((one) => ({
            kind: cause === null ? 'failed' : 'failedOfCause',
            range: { ...common, source, status, reason: one },
          }))
        : [{ kind: type === null ? 'any' : 'ofType', range: { ...common, source, status, reason: null } }],
    ),
  );
}

const noEnd = Number.MAX_SAFE_INTEGER;

interface Wanted {
  readonly filter: ReplayFilter;
  readonly after: Place;
  readonly limit: number;
}

function placesOf(sql: Statements, { filter, after, limit }: Wanted): readonly Place[] {
  if (filter.ids !== undefined)
    return named(sql, filter)
      .filter((row) => isReplayable(row) && isLater(row, after))
      .toSorted(byReceipt)
      .slice(0, limit);
  return rangesOf(sql, { filter, after, failures: replayableFailures })
    .flatMap(({ kind, range }) => sql.replays.places[kind].all({ ...range, limit }))
    .toSorted(byReceipt)
    .slice(0, limit);
}

/** The events that the filter names, as far as they fit the rest of it. */
function named(sql: Statements, filter: ReplayFilter): readonly ReplayableRow[] {
  const { ids = [], source, type, status, reason, cause, since, until } = filter;
  const rows = [...new Set(ids)].flatMap((id) => sql.replays.event.get(id) ?? []);
  return rows.filter(
    (row) =>
      row.status !== 'received' &&
      row.source === (source ?? row.source) &&
      row.type === (type ?? row.type) &&
      row.status === (status ?? row.status) &&
      row.reason === (reason ?? row.reason) &&
      row.cause === (cause ?? row.cause) &&
      row.at >= (since?.getTime() ?? 0) &&
      row.at < (until?.getTime() ?? noEnd),
  );
}

const isReplayable = ({ reason }: ReplayableRow): boolean => reason === null || replayableFailures.includes(reason);

export function countReplayable(sql: Statements, filter: ReplayFilter): { replayable: number; unusable: number } {
  if (filter.ids !== undefined) {
    const rows = named(sql, filter);
    const replayable = rows.filter(isReplayable).length;
    return { replayable, unusable: rows.length - replayable };
  }
  const countOf = (failures: readonly EventFailure[], status = filter.status): number =>
    rangesOf(sql, { filter: { ...filter, status }, after: startOf(filter), failures })
      .map(({ kind, range }) => sql.replays.counts[kind].get(range) ?? 0)
      .reduce((sum, count) => sum + count, 0);
  const isOfOthers = filter.status !== undefined && filter.status !== 'failed';
  return { replayable: countOf(replayableFailures), unusable: isOfOthers ? 0 : countOf(unusableReasons, 'failed') };
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
    candidates: places.flatMap(({ seq }) => candidateOf(sql, seq, requests)),
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
    const deliveries = sql.deliveries.ofEvent.all(row.id).map(({ destination, outgoing_id, status, payload }) => {
      return { destination, outgoingId: outgoing_id, status, payload };
    });
    return { event: { ...toStored(row), ...request }, deliveries };
  });
}

export function startReplay(sql: Statements, order: ReplayOrder, now: Date): Replay {
  const { destinations, includesDelivered, rate } = order;
  const end = addMs(now, 1);
  const { until = end } = order.filter;
  // What comes in later is not meant, nor what this very replay leaves behind as failed.
  const filter = { ...order.filter, until: until < end ? until : end };
  const id = newId('rpl', now);
  sql.replays.insert.run({
    id,
    filter: JSON.stringify(filter),
    destinations: destinations === null ? null : JSON.stringify(destinations),
    includesDelivered: includesDelivered ? 1 : 0,
    rate,
    createdAt: now.getTime(),
    walkedAt: startOf(filter).at,
    total: countReplayable(sql, filter).replayable,
  });
  const row = sql.replays.byId.get(id);
  if (row === undefined) throw new GatewayError('INTERNAL', `replay ${id} is missing`);
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
  const { events, pauseMs } = replayPace(row.rate);
  const limit = Math.min(events, replayInLineMax - row.in_line);
  const after = { at: row.walked_at, seq: row.walked_seq };
  // One more than is taken tells whether these are the last.
  const found = limit <= 0 ? [] : placesOf(sql, { filter: toFilter(row), after, limit: limit + 1 });
  const places = found.slice(0, Math.max(limit, 0));
  for (const { seq } of places) putInLine(sql, { seq, replay: row.seq }, tally);
  const { at, seq } = places.at(-1) ?? after;
  const isAll = limit > 0 && found.length === places.length;
  const dueAt = isAll ? null : addMs(now, limit <= 0 ? crowdedMs : pauseMs).getTime();
  const walked = { walkedAt: at, walkedSeq: seq, putInLine: places.length };
  sql.replays.step.run({ seq: row.seq, ...walked, dueAt, now: now.getTime() });
  return places.length;
}

function putInLine(
  sql: Statements,
  { seq, replay }: { readonly seq: number; readonly replay: number },
  tally: Tally,
): void {
  const row = sql.replays.eventAt.get(seq);
  if (row === undefined) return;
  const { source, status, reason, cause } = row;
  sql.replays.putInLine.run(replay, seq);
  tally.events(source, status, -1);
  tally.events(source, 'received', 1);
  tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
}

export const nextReplayAt = (sql: Statements): Date | null => earliest([sql.replays.firstDue.get()]);

/** What a person was named by in a filter is forgotten with them; which events were replayed stays. */
export function eraseFromFilters(sql: Statements, traces: Traces): void {
  for (const { seq, filter } of sql.replays.filters.all()) {
    if (!traces.isIn(filter, '')) continue;
    const { ids, since, until, status, reason } = JSON.parse(filter) as ReplayFilter;
    sql.replays.emptyFilter.run(JSON.stringify({ ids, since, until, status, reason, cause: 'erased' }), seq);
  }
}

export function toReplay(row: ReplayRow): Replay {
  const { total, translated, unmatched, failed, joins } = row;
  return {
    id: row.id,
    filter: toFilter(row),
    ...scopeOf(row),
    rate: row.rate,
    status: row.status,
    createdAt: dateFromMs(row.created_at),
    endedAt: row.ended_at === null ? null : dateFromMs(row.ended_at),
    progress: {
      ...{ total, translated, unmatched, failed, joins },
      inLine: row.in_line,
      fates: {
        new: row.made_new,
        again: row.made_again,
        left_delivered: row.left_delivered,
        left_under_way: row.left_under_way,
        left_out: row.left_out,
      },
    },
  };
}

const scopeOf = ({
  destinations,
  includes_delivered,
}: ReplayRow): Pick<Replay, 'destinations' | 'includesDelivered'> => ({
  destinations: destinations === null ? null : (JSON.parse(destinations) as readonly string[]),
  includesDelivered: includes_delivered === 1,
});

/** In JSON the times are text. */
type FilterText = Omit<ReplayFilter, 'since' | 'until' | 'ids'> & {
  readonly ids?: readonly EventId[];
  readonly since?: string;
  readonly until?: string;
};

function toFilter({ filter }: Pick<ReplayRow, 'filter'>): ReplayFilter {
  const { since, until, ...rest } = JSON.parse(filter) as FilterText;
  return {
    ...rest,
    ...(since !== undefined && { since: dateFromMs(Date.parse(since)) }),
    ...(until !== undefined && { until: dateFromMs(Date.parse(until)) }),
  };
}
