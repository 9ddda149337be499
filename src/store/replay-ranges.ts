/** Which stored events a replay takes: short ranges in the order of their receipt, so that no step walks through history. */
import { type EventFailure, type EventStatus, unusableReasons } from '../model/event.ts';
import { type DeadGroupKey, type ReplayFilter, replayableFailures, replayableStatuses } from '../model/replay.ts';
import type { Place } from './pages.ts';

const noEnd = Number.MAX_SAFE_INTEGER;

/** Events of one source and status, behind a place. */
export interface ReplayRange {
  readonly source: string;
  readonly status: EventStatus;
  readonly type: string | null;
  readonly reason: EventFailure | null;
  readonly cause: string | null;
  readonly afterAt: number;
  readonly afterSeq: number;
  readonly until: number;
}

/** Each is a range of another index. */
export type RangeKind = 'any' | 'ofType' | 'failed' | 'failedOfCause';

export interface Ranged {
  readonly kind: RangeKind;
  readonly range: ReplayRange;
}

export interface ReplayableRow extends Place {
  readonly source: string;
  readonly status: EventStatus;
  readonly type: string;
  readonly reason: EventFailure | null;
  readonly cause: string | null;
}

/** Where the walk has come to, and the event there: by receipt, or by the deaths of a group's deliveries. */
export interface Found extends Place {
  /** Its number. */
  readonly event: number;
}

/** The deaths of a group behind a place, each event's first. */
export interface DeathRange extends DeadGroupKey {
  readonly since: number;
  readonly until: number;
  readonly afterAt: number;
  readonly afterSeq: number;
}

export const deathRange = (key: DeadGroupKey, { since, until }: ReplayFilter, after: Place): DeathRange => ({
  ...key,
  since: since?.getTime() ?? 0,
  until: until?.getTime() ?? noEnd,
  afterAt: after.at,
  afterSeq: after.seq,
});

/** Before the first event that was received then. */
export const startOf = ({ since }: ReplayFilter): Place => ({ at: since?.getTime() ?? 0, seq: 0 });

export const isLater = (a: Place, b: Place): boolean => a.at > b.at || (a.at === b.at && a.seq > b.seq);
export const byReceipt = (a: Place, b: Place): number => a.at - b.at || a.seq - b.seq;

interface Walk {
  readonly filter: ReplayFilter;
  readonly after: Place;
  /** Of failed events only these. */
  readonly failures: readonly EventFailure[];
}

/** One for each source and status, and of failed events for each reason. */
export function replayRanges(names: readonly string[], { filter, after, failures }: Walk): readonly Ranged[] {
  const { type = null, cause = null, reason, until } = filter;
  const sources = filter.source === undefined ? names : [filter.source];
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

/** Those that fit and can be replayed, and those that fit and no mapping will ever see. */
export function countedRanges(names: readonly string[], filter: ReplayFilter) {
  const after = startOf(filter);
  const isOfOthers = filter.status !== undefined && filter.status !== 'failed';
  const failed = { filter: { ...filter, status: 'failed' as const }, after, failures: unusableReasons };
  return {
    replayable: replayRanges(names, { filter, after, failures: replayableFailures }),
    unusable: isOfOthers ? [] : replayRanges(names, failed),
  };
}

/** The rest of a filter that names its events. */
export function fits(row: ReplayableRow, filter: ReplayFilter): boolean {
  const { source, type, status, reason, cause, since, until } = filter;
  return (
    row.status !== 'received' &&
    row.source === (source ?? row.source) &&
    row.type === (type ?? row.type) &&
    row.status === (status ?? row.status) &&
    row.reason === (reason ?? row.reason) &&
    row.cause === (cause ?? row.cause) &&
    row.at >= (since?.getTime() ?? 0) &&
    row.at < (until?.getTime() ?? noEnd)
  );
}

export const isReplayable = ({ reason }: ReplayableRow): boolean =>
  reason === null || replayableFailures.includes(reason);
