import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { JsonObject } from '../model/json.ts';
import type { TraceEntry } from './trace.ts';

/** What one mapping made of one event. */
export type Run = {
  readonly mapping: { readonly file: string; readonly version: string };
  /** What every expression came to, in the order of evaluation; only where it was asked for. */
  readonly trace?: readonly TraceEntry[];
} & (
  | { readonly outcome: 'translated'; readonly items: readonly RunItem[] }
  | { readonly outcome: 'skipped'; readonly reason: string }
  /** `path` as in `event.user.id`: where in the mapping it went wrong. */
  | { readonly outcome: 'failed'; readonly path: string; readonly message: string }
);

/** One canonical event (several with `for_each`) and what became of it per destination. */
export interface RunItem {
  /** Absent where every destination has a payload of its own. */
  readonly event?: CanonicalEvent;
  readonly results: readonly DestinationResult[];
}

export type DestinationResult = { readonly destination: string } & (
  | { readonly outcome: 'payload'; readonly outgoingId: string; readonly payload: JsonObject }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly path: string; readonly message: string }
);
