/** Dead deliveries as they are looked for: one short range for each destination and reason, as for pages. */
import { type FailureReason, failureReasons } from '../model/attempt.ts';
import type { DeliveryStatus } from '../model/delivery.ts';
import type { DeliveryId } from '../model/id.ts';
import type { DeadFilter } from './repair.ts';

export interface DeadRange {
  readonly destination: string;
  readonly reason: FailureReason;
  readonly cause: string | null;
  readonly since: number;
  readonly until: number;
}

/** What an operator may move. */
export interface MovableRow {
  readonly seq: number;
  readonly id: DeliveryId;
  readonly destination: string;
  readonly person: string | null;
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
  readonly cause: string | null;
}

export function deadRanges(names: readonly string[], filter: DeadFilter): readonly DeadRange[] {
  const { cause = null, since, until } = filter;
  const destinations = filter.destination === undefined ? names : [filter.destination];
  const reasons = filter.reason === undefined ? failureReasons : [filter.reason];
  const times = { since: since?.getTime() ?? 0, until: until?.getTime() ?? Number.MAX_SAFE_INTEGER };
  return destinations.flatMap((destination) => reasons.map((reason) => ({ destination, reason, cause, ...times })));
}
