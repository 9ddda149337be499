import type { DeliveryStatus } from '../model/delivery.ts';
import type { EventStatus } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { Circuit, LaneTrouble } from '../model/lane.ts';

/** What is set up and how it is doing, as the admin API answers it. */

export interface ApiItems<T> {
  readonly items: readonly T[];
}

export interface ApiSource {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  /** To be pasted at the sender; only a path as long as nobody has said where we are. */
  readonly url: string;
  /** Why it answers 503; null when it is on. */
  readonly off: string | null;
  readonly setup: readonly string[];
  readonly docs: string;
  readonly signs_url: boolean;
  /** Nothing but its secret URL protects it. */
  readonly unsigned: boolean;
  readonly secrets: number;
  readonly secret_used: { readonly number: number; readonly at: string } | null;
  readonly samples: readonly string[];
  /** What the sender told while it was set up, to be set as the secret; null once there is one. */
  readonly told_secret: { readonly secret: string; readonly at: string; readonly others: number } | null;
  readonly last_event_at: string | null;
  readonly events: Readonly<Record<EventStatus, number>>;
  /** Requests since the gateway's start. */
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
}

export interface ApiSentSample {
  readonly sample: string;
  readonly status: number;
  readonly event_id: string | null;
  readonly message: string | null;
}

export interface ApiDestination {
  readonly name: string;
  readonly type: string | null;
  readonly title: string | null;
  /** Why nothing is delivered there; null when it is on. */
  readonly off: string | null;
  /** Null for one that gateway.yaml does not name any more. */
  readonly settings: Readonly<Record<string, Json>> | null;
  readonly last_dead: {
    readonly at: string;
    readonly reason: string;
    readonly cause: string;
    readonly delivery_id: string;
  } | null;
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  readonly oldest_pending_at: string | null;
  readonly paused_at: string | null;
  readonly circuit: {
    readonly state: Circuit['state'];
    readonly trouble: LaneTrouble | null;
    readonly message: string | null;
    readonly since: string | null;
    readonly probe_at: string | null;
  };
}

export interface ApiTested {
  readonly name: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly response: { readonly status: number; readonly body: string } | null;
  readonly duration_ms: number;
  readonly payload: Json;
}

export interface ApiFileProblem {
  readonly severity: 'error' | 'warning';
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null;
}

export interface ApiMapping {
  readonly file: string;
  readonly name: string | null;
  readonly status: 'live' | 'refused' | 'disabled';
  readonly version: string | null;
  readonly loaded_at: string | null;
  readonly source: string | null;
  readonly events: readonly string[];
  readonly destinations: readonly string[];
  readonly problems: readonly ApiFileProblem[];
  readonly failing_tests: readonly { readonly name: string; readonly failures: readonly string[] }[];
}

export interface ApiMappings extends ApiItems<ApiMapping> {
  readonly gateway_file: {
    readonly status: 'ok' | 'changed' | 'refused';
    readonly problems: readonly ApiFileProblem[];
  };
}

export interface ApiSettings {
  readonly version: string;
  readonly node: string;
  readonly started_at: string;
  readonly store: 'sqlite' | 'postgres';
  readonly public_url: string | null;
  readonly local_url: string | null;
  readonly mappings_dir: string;
  readonly retention: { readonly delivered_days: number; readonly dead_days: number; readonly keys_days: number };
  readonly log_level: string;
  readonly token: 'environment' | 'file';
}

export interface ApiStoreCondition {
  readonly damages: readonly { readonly place: string; readonly what: string }[];
  readonly examined_at: string | null;
  readonly examined_rows: number | null;
  readonly disk_free_bytes: number | null;
  readonly disk_reserve_bytes: number | null;
}
