/** Replays as the tables hold them, and what a driver writes of them. */
import type { Traces } from '../identity/traces.ts';
import { addMs, dateFromMs } from '../model/clock.ts';
import type { EventStatus } from '../model/event.ts';
import { type EventId, newId, type ReplayId } from '../model/id.ts';
import {
  type Replay,
  type ReplayFilter,
  type ReplayOrder,
  type ReplayScope,
  type ReplayStatus,
  replayInLineMax,
  replayPace,
} from '../model/replay.ts';
import type { Place } from './pages.ts';
import type { Done } from './replay-fates.ts';
import { startOf } from './replay-ranges.ts';

export interface ReplayRow {
  readonly seq: number;
  readonly id: ReplayId;
  readonly filter: string;
  readonly destinations: string | null;
  readonly includes_delivered: 0 | 1;
  readonly rate: number;
  readonly status: ReplayStatus;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly walked_at: number;
  readonly walked_seq: number;
  readonly total: number;
  readonly in_line: number;
  readonly translated: number;
  readonly unmatched: number;
  readonly failed: number;
  readonly made_new: number;
  readonly made_again: number;
  readonly left_delivered: number;
  readonly left_under_way: number;
  readonly left_out: number;
  readonly joins: number;
}

export const replayColumns = `seq, id, filter, destinations, includes_delivered, rate, status, created_at, ended_at,
  walked_at, walked_seq, total, in_line, translated, unmatched, failed, made_new, made_again, left_delivered,
  left_under_way, left_out, joins`;

export interface NewReplay {
  readonly id: ReplayId;
  readonly filter: string;
  readonly destinations: string | null;
  readonly includesDelivered: 0 | 1;
  readonly rate: number;
  readonly createdAt: number;
  readonly walkedAt: number;
}

/** What it will walk through and its row. What comes in later is not meant, nor what it leaves behind as failed itself. */
export function newReplay(
  { filter: asked, destinations, includesDelivered, rate }: ReplayOrder,
  now: Date,
): { readonly filter: ReplayFilter; readonly row: NewReplay } {
  const end = addMs(now, 1);
  const { until = end } = asked;
  const filter = { ...asked, until: until < end ? until : end };
  const row = {
    id: newId('rpl', now),
    filter: JSON.stringify(filter),
    destinations: destinations === null ? null : JSON.stringify(destinations),
    includesDelivered: includesDelivered ? (1 as const) : (0 as const),
    rate,
    createdAt: now.getTime(),
    walkedAt: startOf(filter).at,
  };
  return { filter, row };
}

/** How long a replay waits whose events pile up in line, in milliseconds. */
const crowdedMs = 1_000;

/** How many events a replay puts in line next, and behind which. */
export function nextStepOf(row: ReplayRow): { readonly limit: number; readonly after: Place } {
  const limit = Math.max(0, Math.min(replayPace(row.rate).events, replayInLineMax - row.in_line));
  return { limit, after: { at: row.walked_at, seq: row.walked_seq } };
}

export interface ReplayStep {
  readonly seq: number;
  readonly walkedAt: number;
  readonly walkedSeq: number;
  readonly putInLine: number;
  /** Null when all have been put in line. */
  readonly dueAt: number | null;
  readonly now: number;
}

interface Stepped {
  /** One more than its limit, where there are more. */
  readonly found: readonly Place[];
  readonly putInLine: number;
  readonly now: Date;
}

export function replayStepOf(row: ReplayRow, { found, putInLine, now }: Stepped): ReplayStep {
  const { limit, after } = nextStepOf(row);
  const { at, seq } = found.slice(0, limit).at(-1) ?? after;
  const isAll = limit > 0 && found.length <= limit;
  const dueAt = isAll ? null : addMs(now, limit === 0 ? crowdedMs : replayPace(row.rate).pauseMs).getTime();
  return { seq: row.seq, walkedAt: at, walkedSeq: seq, putInLine, dueAt, now: now.getTime() };
}

/** What settled events add. */
export interface ReplayCounts {
  readonly settled: number;
  readonly translated: number;
  readonly unmatched: number;
  readonly failed: number;
  readonly madeNew: number;
  readonly madeAgain: number;
  readonly leftDelivered: number;
  readonly leftUnderWay: number;
  readonly leftOut: number;
  readonly joins: number;
}

/** By what became of each event, and of all their payloads. */
export function countsOf(statuses: readonly EventStatus[], done: readonly Done[]): ReplayCounts {
  const of = (status: EventStatus): number => statuses.filter((one) => one === status).length;
  const madeOf = (what: Done): number => done.filter((one) => one === what).length;
  return {
    settled: statuses.length,
    translated: of('translated'),
    unmatched: of('unmatched'),
    failed: of('failed'),
    madeNew: madeOf('new'),
    madeAgain: madeOf('again'),
    leftDelivered: madeOf('left_delivered'),
    leftUnderWay: madeOf('left_under_way'),
    leftOut: madeOf('left_out'),
    joins: madeOf('join'),
  };
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

export const scopeOf = ({ destinations, includes_delivered }: ReplayRow): ReplayScope => ({
  destinations: destinations === null ? null : (JSON.parse(destinations) as readonly string[]),
  includesDelivered: includes_delivered === 1,
});

/** In JSON the times are text. */
type FilterText = Omit<ReplayFilter, 'since' | 'until' | 'ids'> & {
  readonly ids?: readonly EventId[];
  readonly since?: string;
  readonly until?: string;
};

export function toFilter({ filter }: Pick<ReplayRow, 'filter'>): ReplayFilter {
  const { since, until, ...rest } = JSON.parse(filter) as FilterText;
  return {
    ...rest,
    ...(since !== undefined && { since: dateFromMs(Date.parse(since)) }),
    ...(until !== undefined && { until: dateFromMs(Date.parse(until)) }),
  };
}

/** What a person was named by in a filter is forgotten with them; which events were replayed stays. */
export function filterWithout({ filter }: Pick<ReplayRow, 'filter'>, traces: Traces): string | undefined {
  if (!traces.isIn(filter, '')) return undefined;
  const { ids, since, until, status, reason, dead } = JSON.parse(filter) as FilterText;
  const cause = 'erased';
  const which = dead === undefined ? { status, reason, cause } : { dead: { ...dead, cause } };
  return JSON.stringify({ ids, since, until, ...which });
}
