import type { ConfiguredDestination, PayloadProblem } from '../destinations/destination.ts';
import { originsOf } from '../mapping/origin.ts';
import type { DestinationResult, Run, RunItem } from '../mapping/run.ts';
import type { MappingFile } from '../mapping/schema.ts';
import { keysOf } from '../mapping/test-failure.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Position } from '../model/error.ts';
import type { Stitch } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { Path, Place } from './preview-fields.ts';

/** One canonical event; several with `for_each`. */
export interface PreviewItem {
  /** Null where every destination has a payload of its own. */
  readonly event: CanonicalEvent | null;
  /** Where the event's ids come from. */
  readonly stitch: Stitch | null;
  readonly destinations: readonly PreviewDestination[];
}

export type PreviewDestination = {
  readonly destination: string;
  /** Why nothing would be sent; what its settings lack is then taken from a sample. */
  readonly off: string | null;
} & (
  | {
      readonly outcome: 'payload';
      readonly outgoingId: string;
      readonly payload: JsonObject;
      /** Why the destination would refuse it; empty when it may be sent. */
      readonly problems: readonly (PayloadProblem & { readonly at: Position })[];
    }
  | { readonly outcome: 'skipped' | 'failed'; readonly message: string; readonly at: Position }
);

export interface ItemContext {
  readonly content: MappingFile;
  readonly destinations: readonly ConfiguredDestination[];
  readonly place: Place;
}

/** What a run has for each destination, checked as before an attempt. */
export function previewItems(run: Run, context: ItemContext): readonly PreviewItem[] {
  if (run.outcome !== 'translated') return [];
  return run.items.map((item, index) => ({
    event: item.event ?? null,
    stitch: item.stitch ?? null,
    destinations: item.results.map((result) => previewResult(result, { run, item, index, context })),
  }));
}

interface ResultScope {
  readonly run: Run;
  readonly item: RunItem;
  readonly index: number;
  readonly context: ItemContext;
}

function previewResult(result: DestinationResult, scope: ResultScope): PreviewDestination {
  const { content, destinations, place } = scope.context;
  const { destination } = result;
  const target = destinations.find(({ name }) => name === destination);
  const about = { destination, off: target?.off ?? null };
  switch (result.outcome) {
    case 'payload': {
      const { outgoingId, payload } = result;
      const problems = (target?.destination.check(payload) ?? []).map((problem) => ({
        ...problem,
        at: problemPlace(problem, target, { ...scope, payload }),
      }));
      return { ...about, outcome: 'payload', outgoingId, payload, problems };
    }
    case 'skipped':
      return { ...about, outcome: 'skipped', message: result.reason, at: place(settingsPath(content, destination)) };
    case 'failed':
      return { ...about, outcome: 'failed', message: result.message, at: place(result.path.split('.')) };
  }
}

/** Where the mapping names a destination. */
function settingsPath({ destinations }: MappingFile, name: string): Path {
  return ['destinations', Array.isArray(destinations) ? destinations.indexOf(name) : name];
}

/** The nearest thing in the mapping that a payload's field comes from; the destination where it is none of its own. */
function problemPlace(
  { path }: PayloadProblem,
  target: ConfiguredDestination | undefined,
  { run, item, index, context, payload }: ResultScope & { readonly payload: JsonObject },
): Position {
  const { content, place } = context;
  const name = target?.name ?? '';
  const origins = originsOf(path === '' ? [] : keysOf(path, payload), {
    content,
    destination: name,
    event: item.event,
    trace: (run.trace ?? []).filter((entry) => entry.item === null || entry.item === index),
    translate: (event, outgoingId) => {
      const translated = target?.destination.translate(event, { settings: target.settings, outgoingId });
      return translated !== undefined && 'payload' in translated ? translated.payload : undefined;
    },
  });
  const written = origins.find((origin) => origin.written !== null)?.written;
  return place(path === '' || !written ? settingsPath(content, name) : written.path);
}
