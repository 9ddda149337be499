import type { DeliveryStatus } from '../model/delivery.ts';
import type { DeliveryId } from '../model/id.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { EventDetail } from '../store/store.ts';
import { type PayloadChange, payloadChanges } from './payload-diff.ts';

/** A payload that was queued for an event. */
export interface SentPayload {
  readonly delivery: DeliveryId;
  readonly mapping: string;
  readonly item: number;
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly createdAt: Date;
  readonly payload: Json;
}

/** What would be different now. */
export interface LastSent extends Pick<SentPayload, 'delivery' | 'status' | 'createdAt'> {
  /** Empty when it would be the same. */
  readonly changes: readonly PayloadChange[];
}

/** What was queued for a stored event, each payload as it was. */
export const sentFor = ({ deliveries }: Pick<EventDetail, 'deliveries'>): readonly SentPayload[] =>
  deliveries.map(({ id, mapping, item, destination, state, createdAt, payload }) => ({
    delivery: id,
    mapping: mapping.file,
    item,
    destination,
    status: state.status,
    createdAt,
    payload: JSON.parse(payload) as Json,
  }));

export interface SameDelivery extends Pick<SentPayload, 'mapping' | 'item' | 'destination'> {
  readonly payload: JsonObject;
}

/** The newest of them for the same mapping, item and destination, beside what it would be now. */
export function comparedWith(sent: readonly SentPayload[], now: SameDelivery): LastSent | null {
  const same = sent.filter(
    ({ mapping, item, destination }) => mapping === now.mapping && item === now.item && destination === now.destination,
  );
  const [newest] = same.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (newest === undefined) return null;
  const { delivery, status, createdAt, payload } = newest;
  return { delivery, status, createdAt, changes: payloadChanges(payload, now.payload) };
}
