import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Identifier, Stitch } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { TraceEntry } from './trace.ts';

interface OfMapping {
  readonly mapping: { readonly file: string; readonly version: string };
  /** What every expression came to, in the order of evaluation; only where it was asked for. */
  readonly trace?: readonly TraceEntry[];
  /** Why lookups had nothing to give, by name; absent where all had. */
  readonly withoutLookups?: Readonly<Record<string, string>>;
}

/** What one mapping made of one event. */
export type Run = OfMapping &
  (
    | { readonly outcome: 'translated'; readonly items: readonly RunItem[] }
    | { readonly outcome: 'skipped'; readonly reason: string }
    /** `path` as in `event.user.id`: where in the mapping it went wrong. */
    | { readonly outcome: 'failed'; readonly path: string; readonly message: string }
  );

/** A run as far as the given facts lead: it ended, or it asks for more. */
export type EvaluatedRun = Run | (OfMapping & (Unresolved | Needs));

/** Those that ask nothing more. */
export const endedRuns = (runs: readonly EvaluatedRun[]): readonly Run[] =>
  runs.filter((run) => run.outcome !== 'unresolved' && run.outcome !== 'needs');

/** Something has to be asked of a source's API; then the mapping is evaluated again with the answers. */
export interface Needs {
  readonly outcome: 'needs';
  readonly lookups: readonly WantedLookup[];
}

export interface WantedLookup {
  /** As the mapping calls it. */
  readonly name: string;
  /** As in `hubspot.contact`. */
  readonly lookup: string;
  readonly source: string;
  readonly isOptional: boolean;
  readonly args: JsonObject;
}

/** Whose events these are has to be asked of the links; then the mapping is evaluated again with the answers. */
export interface Unresolved {
  readonly outcome: 'unresolved';
  /** What points at the person of each item, as the mapping wrote it. */
  readonly items: readonly (readonly Identifier[])[];
  /** How long an item that belongs to nobody waits, as in `10m`. */
  readonly hold?: string;
}

/** One canonical event (several with `for_each`) and what became of it per destination. */
export interface RunItem {
  /** Absent where every destination has a payload of its own. */
  readonly event?: CanonicalEvent;
  /** Where the event's ids come from; absent where there is no event. */
  readonly stitch?: Stitch;
  /** What points at the event's person, as the mapping wrote it; only where it stitches. */
  readonly identifiers?: readonly Identifier[];
  readonly results: readonly DestinationResult[];
}

export type DestinationResult = { readonly destination: string } & (
  | { readonly outcome: 'payload'; readonly outgoingId: string; readonly payload: JsonObject }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly path: string; readonly message: string }
);
