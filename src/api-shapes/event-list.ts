import type { DeliveryStatus } from '../model/delivery.ts';
import type { EventStatus } from '../model/event.ts';
import type { ApiEventSummary } from './stored.ts';

/** What became of an event at one destination, in short. */
export interface ApiListedDelivery {
  readonly id: string;
  readonly destination: string;
  readonly status: string;
  readonly mapping: string;
  readonly attempts: number;
  readonly due_at: string | null;
  readonly is_behind: boolean;
  readonly settled_at: string | null;
  readonly reason: string | null;
  readonly last_message: string | null;
}

export interface ApiListedEvent extends ApiEventSummary {
  /** The first ones, oldest first. */
  readonly deliveries: readonly ApiListedDelivery[];
}

/** `GET /api/events`, newest first. */
export interface ApiEventList {
  readonly items: readonly ApiListedEvent[];
  readonly next_cursor: string | null;
  /** Set where a bounded search ended before the page was full: it has looked back to here, and `next_cursor` goes on. */
  readonly searched_to: string | null;
}

/** Counting ends at a bound, so that it costs the same however much is stored. */
export interface ApiBoundedCount {
  readonly count: number;
  readonly is_more: boolean;
}

/** `GET /api/events/counts`: by state; `deliveries` of all sources and types. */
export interface ApiEventCounts {
  readonly events: Readonly<Record<EventStatus, ApiBoundedCount>>;
  readonly deliveries: Readonly<Record<DeliveryStatus, ApiBoundedCount>>;
}
