import type { Attempt } from '../model/attempt.ts';
import { type DeliveryState, deliveryStatuses } from '../model/delivery.ts';
import { type EventStatus, eventStatuses } from '../model/event.ts';
import { stitchOrigins } from '../model/identity.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type {
  Count,
  Counts,
  DeliveryDetail,
  DeliverySummary,
  EventDetail,
  EventPage,
  EventSummary,
  ListedEvent,
  Stats,
} from '../store/store.ts';

/** How stored things look in the API and in `--json`: snake_case keys, ISO times, null for what is not. */

const eventSummaryJson = (event: EventSummary): JsonObject => ({
  id: event.id,
  source: event.source,
  type: event.type,
  external_id: event.externalId,
  status: event.status,
  reason: event.reason,
  message: event.message,
  occurred_at: event.occurredAt.toISOString(),
  received_at: event.receivedAt.toISOString(),
  waits_for: event.wait?.waitsFor ?? null,
  due_at: event.wait?.dueAt.toISOString() ?? null,
});

const listedEventJson = ({ deliveries, ...event }: ListedEvent): JsonObject => ({
  ...eventSummaryJson(event),
  deliveries: deliveries.map(deliverySummaryJson),
});

/** `matchedBy`: what a text was taken for, where one was looked for. */
export const eventPageJson = (page: EventPage, matchedBy: string | null): JsonObject => ({
  items: page.items.map(listedEventJson),
  next_cursor: page.nextCursor,
  previous_cursor: page.previousCursor,
  searched_to: page.searchedTo?.toISOString() ?? null,
  matched_by: matchedBy,
});

export const countsJson = ({ events, deliveries }: Counts): JsonObject => ({
  events: countsByStatus(events),
  deliveries: countsByStatus(deliveries),
});

const countsByStatus = (counts: Readonly<Record<string, Count>>): JsonObject =>
  Object.fromEntries(Object.entries(counts).map(([status, { count, isMore }]) => [status, { count, is_more: isMore }]));

/** Of everything that is stored, or of one source's events: kept as counters. */
export function countsOfAll({ eventsBySource, deliveries }: Stats, source: string | undefined): Counts {
  const all = (count: number): Count => ({ count, isMore: false });
  const own = eventsBySource.filter((one) => source === undefined || one.source === source);
  const ofStatus = (status: EventStatus): number =>
    own.reduce((sum, one) => sum + (one.status === status ? one.count : 0), 0);
  return {
    events: recordOf(eventStatuses, (status) => all(ofStatus(status))),
    deliveries: recordOf(deliveryStatuses, (status) => all(deliveries[status])),
  };
}

const recordOf = <Key extends string>(keys: readonly Key[], of: (key: Key) => Count) =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<Key, Count>;

export const eventJson = (event: EventDetail): JsonObject => ({
  ...eventSummaryJson(event),
  tries: event.tries,
  request: {
    method: event.request.method,
    url: event.request.url,
    kind: event.request.kind,
    headers: event.request.headers,
    item: event.request.item,
    ...bodyJson(event.request.body),
  },
  runs: event.runs,
  deliveries: event.deliveries.map(deliveryJson),
  ...(event.isDamaged ? { damaged: true } : {}),
});

/** The exact bytes as text; as base64 where they are not UTF-8. */
function bodyJson(body: Uint8Array): { readonly body: string; readonly body_encoding: 'utf8' | 'base64' } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), body_encoding: 'utf8' };
  } catch {
    // The decoder reports bytes that are no text only by throwing.
    return { body: Buffer.from(body).toString('base64'), body_encoding: 'base64' };
  }
}

export const deliverySummaryJson = (delivery: DeliverySummary): JsonObject => ({
  ...commonJson(delivery),
  last_message: delivery.lastMessage,
});

export const deliveryJson = (delivery: DeliveryDetail): JsonObject => ({
  ...commonJson(delivery),
  payload: JSON.parse(delivery.payload) as Json,
  history: delivery.history.map(attemptJson),
  ...(delivery.isDamaged ? { damaged: true } : {}),
});

function commonJson(delivery: Omit<DeliverySummary, 'lastMessage'>): JsonObject {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    destination: delivery.destination,
    mapping: delivery.mapping.file,
    mapping_version: delivery.mapping.version,
    item: delivery.item,
    outgoing_id: delivery.outgoingId,
    replay_of: delivery.replayOf,
    stitch: delivery.stitch as unknown as Json,
    attempts: delivery.attempts,
    failures: delivery.failures,
    created_at: delivery.createdAt.toISOString(),
    ...stateJson(delivery.state),
  };
}

function stateJson(state: DeliveryState): JsonObject {
  const none = { due_at: null, is_behind: false, lease_ends_at: null, settled_at: null, reason: null };
  switch (state.status) {
    case 'pending':
      return { status: state.status, ...none, due_at: state.dueAt.toISOString(), is_behind: state.isBehind };
    case 'in_flight':
      return { status: state.status, ...none, lease_ends_at: state.leaseEndsAt.toISOString() };
    case 'delivered':
    case 'cancelled':
      return { status: state.status, ...none, settled_at: state.settledAt.toISOString() };
    case 'dead':
      return { status: state.status, ...none, settled_at: state.settledAt.toISOString(), reason: state.reason };
  }
}

function attemptJson({ id, number, startedAt, durationMs, outcome }: Attempt): JsonObject {
  return {
    id,
    number,
    started_at: startedAt.toISOString(),
    duration_ms: durationMs,
    outcome: outcome.kind,
    reason: outcome.kind === 'delivered' ? null : outcome.reason,
    message: outcome.kind === 'delivered' ? null : outcome.message,
    response: outcome.response === undefined ? null : { status: outcome.response.status, body: outcome.response.body },
  };
}

/** By source how many canonical events had their ids from where; `rate` is the share that the links had a part in. */
export function stitchingJson(stitching: Stats['stitching']): JsonObject {
  const sources = [...new Set(stitching.map(({ source }) => source))];
  return Object.fromEntries(
    sources.map((source) => {
      const counts = stitchOrigins.map((origin): [string, number] => {
        const found = stitching.find((each) => each.source === source && each.from === origin);
        return [origin, found?.count ?? 0];
      });
      const total = counts.reduce((sum, [, count]) => sum + count, 0);
      const { link = 0, ...others } = Object.fromEntries(counts);
      return [source, { ...others, link, rate: total === 0 ? 0 : link / total }];
    }),
  );
}
