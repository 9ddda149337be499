import type { Stitch } from '../model/identity.ts';
import type { Json } from '../model/json.ts';

/** Events and deliveries as the admin API answers them, for whoever asks it: the command line and the console. */
export interface ApiEventSummary {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly occurred_at: string;
  readonly received_at: string;
  /** What a received event is delayed for, and until when. */
  readonly waits_for: string | null;
  readonly due_at: string | null;
}

export interface ApiEvent extends ApiEventSummary {
  readonly external_id: string;
  readonly tries: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly kind: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly item: number | null;
    readonly body: string;
    readonly body_encoding: 'utf8' | 'base64';
  };
  /** Null as long as no mapping has seen it. */
  readonly runs: readonly ApiRun[] | null;
  readonly deliveries: readonly ApiDelivery[];
}

export interface ApiRun {
  readonly mapping: string;
  readonly version: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly path?: string;
  readonly message?: string;
  readonly items?: readonly {
    /** Null where the mapping writes all payloads itself. */
    readonly stitch?: Stitch | null;
    readonly destinations: readonly {
      readonly destination: string;
      readonly outcome: string;
      readonly reason?: string;
      readonly path?: string;
      readonly message?: string;
    }[];
  }[];
}

interface ApiDeliveryState {
  readonly id: string;
  readonly event_id: string;
  readonly destination: string;
  readonly mapping: string;
  readonly mapping_version: string;
  /** Which of the mapping's items it is; 0 without `for_each`. */
  readonly item: number;
  readonly outgoing_id: string;
  /** The delivery that it was made anew of. */
  readonly replay_of: string | null;
  /** Null where the mapping writes the whole payload itself. */
  readonly stitch: Stitch | null;
  readonly attempts: number;
  /** Those that count against the destination's retries. */
  readonly failures: number;
  readonly created_at: string;
  readonly status: string;
  readonly due_at: string | null;
  /** Something earlier of the same person is not settled yet. */
  readonly is_behind: boolean;
  readonly settled_at: string | null;
  readonly reason: string | null;
}

export interface ApiDeliverySummary extends ApiDeliveryState {
  readonly last_message: string | null;
}

export interface ApiDelivery extends ApiDeliveryState {
  readonly payload: Json;
  readonly history: readonly ApiAttempt[];
}

export interface ApiAttempt {
  readonly number: number;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly response: { readonly status: number; readonly body: string } | null;
}

export interface ApiPage<T> {
  /** Newest first. */
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** `GET /api/stats`: over everything that is stored. */
export interface ApiStats {
  readonly events: Readonly<Record<'received' | 'translated' | 'unmatched' | 'failed', number>>;
  readonly deliveries: Readonly<Record<'pending' | 'in_flight' | 'delivered' | 'dead' | 'cancelled', number>>;
  readonly oldest_pending_seconds: number;
  /** By source; `rate` is the share that the links had a part in. */
  readonly stitching: Readonly<
    Record<string, Readonly<Record<'event' | 'link' | 'stable_id' | 'nowhere' | 'rate', number>>>
  >;
}
