import type { FailureReason } from './attempt.ts';
import type { DeliveryStatus } from './delivery.ts';
import { type EventFailure, type EventStatus, eventFailures, unusableReasons } from './event.ts';
import type { EventId, ReplayId } from './id.ts';

/** What an event may be to be replayed: one that is received is on its way anyway. */
export const replayableStatuses = ['translated', 'unmatched', 'failed'] as const satisfies readonly EventStatus[];
export type ReplayableStatus = (typeof replayableStatuses)[number];

/** Failures that other mappings can mend; the rest no mapping ever gets to see. */
export const replayableFailures: readonly EventFailure[] = eventFailures.filter(
  (reason) => !unusableReasons.some((unusable) => unusable === reason),
);

/** What a group of dead deliveries has in common. */
export interface DeadGroupKey {
  readonly destination: string;
  readonly reason: FailureReason;
  readonly cause: string;
}

/** Which stored events to replay: all that fit every member that is there. */
export interface ReplayFilter {
  readonly ids?: readonly EventId[] | undefined;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: ReplayableStatus | undefined;
  /** With either of these only failed events fit. */
  readonly reason?: EventFailure | undefined;
  readonly cause?: string | undefined;
  /** Instead of all of these: the events of a group of dead deliveries. Then the times are those of death. */
  readonly dead?: DeadGroupKey | undefined;
  /** Received at this time or later, and before `until`. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** What of the events' deliveries is made anew. */
export interface ReplayScope {
  /** Null for all. */
  readonly destinations: readonly string[] | null;
  /** Also what a destination already has: it gets it a second time, under the same id. */
  readonly includesDelivered: boolean;
}

export interface ReplayOrder extends ReplayScope {
  readonly filter: ReplayFilter;
  /** Events put back in line in a second. */
  readonly rate: number;
}

export const replayStatuses = ['running', 'finished', 'cancelled'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** How far it is. The first three add up to at most `total`: what was put back in line is one of them when it is settled. */
export interface ReplayProgress {
  /** Events that fitted the filter when the replay began. */
  readonly total: number;
  readonly translated: number;
  readonly unmatched: number;
  readonly failed: number;
  /** Put back in line, not settled yet. */
  readonly inLine: number;
  /** Payloads by what was done with them. */
  readonly fates: Readonly<Record<PayloadFate, number>>;
  /** Identifies besides, that tell a destination who a visitor is: they depend on what is linked at that moment. */
  readonly joins: number;
}

export interface Replay extends ReplayOrder {
  readonly id: ReplayId;
  readonly status: ReplayStatus;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly progress: ReplayProgress;
}

/**
 * What a replay does with a payload. `new`: the event had no such delivery. `again`: it is made anew of one that ended.
 * The rest is left alone: the destination has it, it is on its way, or only other destinations were asked for.
 */
export const payloadFates = ['new', 'again', 'left_delivered', 'left_under_way', 'left_out'] as const;
export type PayloadFate = (typeof payloadFates)[number];

/** By the newest delivery of the same event, destination and outgoing id. */
export function payloadFate(destination: string, latest: DeliveryStatus | undefined, scope: ReplayScope): PayloadFate {
  if (scope.destinations?.includes(destination) === false) return 'left_out';
  switch (latest) {
    case undefined:
      return 'new';
    case 'dead':
    case 'cancelled':
      return 'again';
    case 'delivered':
      return scope.includesDelivered ? 'again' : 'left_delivered';
    case 'pending':
    case 'in_flight':
      return 'left_under_way';
  }
}

/** Events that are put back in line at once, and how long the next ones wait after them. */
export interface ReplayPace {
  readonly events: number;
  readonly pauseMs: number;
}

/** Steps a second where the rate allows that many. */
const stepsPerSecond = 10;
/** Most that wait in line for a replay: when translating is slower than the rate, it sets the pace. */
export const replayInLineMax = 1_000;

/** Small steps, so that what a replay adds to the traffic is even. */
export function replayPace(rate: number): ReplayPace {
  const events = Math.min(Math.max(1, Math.floor(rate / stepsPerSecond)), replayInLineMax);
  return { events, pauseMs: Math.ceil((events * 1_000) / rate) };
}
