/**
 * How a page of events is found: by the index that narrows it most, so that no filter walks through history. What an index
 * does not tell is asked of the events that it names.
 */
import type { FailureReason } from '../model/attempt.ts';
import { type DeliveryStatus, deliveryStatuses } from '../model/delivery.ts';
import { type EventFailure, type EventStatus, eventFailures, eventStatuses } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';
import { needlesOf } from './needles.ts';
import type { DeliveryFilter, EventFilter } from './store.ts';

/** Events of one source, in one state and perhaps of one type. */
export interface EventLine {
  readonly source: string;
  readonly status: EventStatus;
  readonly type: string | null;
}

/** Failed events of one source. */
export interface FailureLine {
  readonly source: string;
  readonly reason: EventFailure;
  readonly cause: string | null;
}

/** Deliveries to one destination; a reason or a cause only where they are dead. */
export interface DeliveryLine {
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
  readonly cause: string | null;
}

export type EventWay =
  | { readonly by: 'ids'; readonly ids: readonly EventId[] }
  /** Events that carried one of these. */
  | { readonly by: 'identifiers'; readonly identifiers: readonly Identifier[] }
  | { readonly by: 'failures'; readonly lines: readonly FailureLine[] }
  | { readonly by: 'deliveries'; readonly lines: readonly DeliveryLine[] }
  | { readonly by: 'events'; readonly lines: readonly EventLine[] };

/** Names and types that a way may need, few and known. */
export interface KnownNames {
  readonly sources: () => Promise<readonly string[]>;
  readonly destinations: () => Promise<readonly string[]>;
  /** Those that begin so; undefined where that is not to be had, and where there are more than `linesMax`. */
  readonly types: (source: string, status: EventStatus, prefix: string) => Promise<readonly string[] | undefined>;
}

/** Lines that are merged into one page; with more types than that a prefix is asked of each event. */
export const linesMax = 400;

export async function wayOf(filter: EventFilter, known: KnownNames): Promise<EventWay> {
  const { ids, identifiers, reason, cause = null } = filter;
  if (ids !== undefined) return { by: 'ids', ids };
  if (identifiers !== undefined) return { by: 'identifiers', identifiers };
  if (reason !== undefined && isEventFailure(reason)) {
    const sources = filter.source === undefined ? await known.sources() : [filter.source];
    return { by: 'failures', lines: sources.map((source) => ({ source, reason, cause })) };
  }
  if (hasDeliveryPart(filter)) {
    const destinations = filter.destination === undefined ? await known.destinations() : [filter.destination];
    return {
      by: 'deliveries',
      lines: destinations.flatMap((destination) => deliveryLines(destination, deliveryFilterOf(filter))),
    };
  }
  return { by: 'events', lines: await eventLines(filter, known) };
}

const isEventFailure = (reason: EventFailure | FailureReason): reason is EventFailure =>
  eventFailures.some((one) => one === reason);

const hasDeliveryPart = ({ destination, delivery, reason }: EventFilter): boolean =>
  destination !== undefined || delivery !== undefined || (reason !== undefined && !isEventFailure(reason));

export function deliveryLines(
  destination: string,
  { status: wanted, reason: died, cause }: Omit<DeliveryFilter, 'destination'>,
): readonly DeliveryLine[] {
  // Only a dead delivery has a reason.
  const reason = died ?? null;
  const possible = reason === null ? deliveryStatuses : (['dead'] as const);
  return possible
    .filter((status) => wanted === undefined || wanted === status)
    .map((status) => ({ destination, status, reason, cause: reason === null ? null : (cause ?? null) }));
}

function deliveryFilterOf({ delivery, reason, cause }: EventFilter): Omit<DeliveryFilter, 'destination'> {
  const died = reason === undefined || isEventFailure(reason) ? undefined : reason;
  return { status: delivery, reason: died, cause };
}

async function eventLines(filter: EventFilter, known: KnownNames): Promise<readonly EventLine[]> {
  const sources = filter.source === undefined ? await known.sources() : [filter.source];
  const statuses = filter.status === undefined ? eventStatuses : [filter.status];
  const { type = null, typePrefix } = filter;
  const lines = sources.flatMap((source) => statuses.map((status) => ({ source, status, type })));
  if (typePrefix === undefined || type !== null) return lines;
  const ofTypes: EventLine[] = [];
  for (const line of lines) {
    const types = await known.types(line.source, line.status, typePrefix);
    if (types === undefined || ofTypes.length + types.length > linesMax) return lines;
    ofTypes.push(...types.map((one) => ({ ...line, type: one })));
  }
  return ofTypes;
}

/** What is asked of each event that an index names; null where it does not matter. */
export interface Conditions {
  readonly source: string | null;
  readonly type: string | null;
  readonly typePrefix: string | null;
  readonly status: EventStatus | null;
  readonly since: number;
  readonly until: number;
  /** Of a failed event. */
  readonly failure: EventFailure | null;
  readonly failureCause: string | null;
  /** As it stands in what the mappings made of an event. */
  readonly run: string | null;
  /** Whether there has to be a delivery, and what kind of. */
  readonly hasDelivery: 0 | 1;
  readonly destination: string | null;
  readonly delivery: DeliveryStatus | null;
  readonly died: FailureReason | null;
  readonly diedOf: string | null;
  /** Texts of which one has to be in the body. */
  readonly needles: readonly string[] | null;
}

export function conditionsOf(filter: EventFilter): Conditions {
  const { source = null, type = null, typePrefix = null, status = null, destination = null, delivery = null } = filter;
  const { reason, cause = null, since, until, mapping, text } = filter;
  const why =
    reason === undefined ? noReason : isEventFailure(reason) ? failedFor(reason, cause) : diedFor(reason, cause);
  return {
    ...{ source, type, typePrefix, status, destination, delivery },
    ...why,
    since: since?.getTime() ?? 0,
    until: until?.getTime() ?? Number.MAX_SAFE_INTEGER,
    run: mapping === undefined ? null : `"mapping":${JSON.stringify(mapping)}`,
    hasDelivery: hasDeliveryPart(filter) ? 1 : 0,
    needles: text === undefined ? null : needlesOf(text),
  };
}

type Why = Pick<Conditions, 'failure' | 'failureCause' | 'died' | 'diedOf'>;

const noReason: Why = { failure: null, failureCause: null, died: null, diedOf: null };
const failedFor = (failure: EventFailure, cause: string | null): Why => ({ ...noReason, failure, failureCause: cause });
const diedFor = (died: FailureReason, cause: string | null): Why => ({ ...noReason, died, diedOf: cause });

/** Whether the way's own lines say everything that the filter does. */
export function isAllOf(way: EventWay, filter: EventFilter): boolean {
  const { text, mapping, typePrefix, type, status, destination, delivery } = filter;
  if (text !== undefined || mapping !== undefined) return false;
  switch (way.by) {
    case 'ids':
    case 'identifiers':
    case 'deliveries':
      return false;
    case 'failures':
      return [type, typePrefix, status, destination, delivery].every((one) => one === undefined);
    case 'events':
      return typePrefix === undefined || way.lines.every((line) => line.type !== null);
  }
}
