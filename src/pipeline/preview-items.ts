import type { ConfiguredDestination, PayloadProblem } from '../destinations/destination.ts';
import { originsIn, type PayloadQuery } from '../mapping/origin.ts';
import type { DestinationResult, Run, RunItem } from '../mapping/run.ts';
import type { MappingFile } from '../mapping/schema.ts';
import { keysOf } from '../mapping/test-failure.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Position } from '../model/error.ts';
import type { Stitch } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import { comparedWith, type LastSent, type SentPayload } from './last-sent.ts';
import { type PayloadOrigin, payloadOrigins } from './payload-origins.ts';
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
      /** What in the mapping its fields come from; only where it was asked for. */
      readonly origins?: readonly PayloadOrigin[];
      /** Beside what was queued for the same event before; null where nothing was. */
      readonly last: LastSent | null;
    }
  | { readonly outcome: 'skipped' | 'failed'; readonly message: string; readonly at: Position }
);

export interface ItemContext {
  readonly content: MappingFile;
  readonly destinations: readonly ConfiguredDestination[];
  readonly place: Place;
  /** Whether the payloads tell what they come from. */
  readonly tellsOrigins: boolean;
  /** What was queued for the event before. */
  readonly sent: readonly SentPayload[];
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
  const { run, index } = scope;
  const { content, destinations, place, tellsOrigins, sent } = scope.context;
  const { destination } = result;
  const target = destinations.find(({ name }) => name === destination);
  const about = { destination, off: target?.off ?? null };
  switch (result.outcome) {
    case 'payload': {
      const { outgoingId, payload } = result;
      const query = payloadQuery(target, destination, scope);
      const problems = (target?.destination.check(payload) ?? []).map((problem) => ({
        ...problem,
        at: problemPlace(problem, payload, { ...scope, query }),
      }));
      const origins = tellsOrigins ? { origins: payloadOrigins(payload, query) } : {};
      const last = comparedWith(sent, { mapping: run.mapping.file, item: index, destination, payload });
      return { ...about, outcome: 'payload', outgoingId, payload, problems, ...origins, last };
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

function payloadQuery(
  target: ConfiguredDestination | undefined,
  destination: string,
  { run, item, index, context: { content } }: ResultScope,
): PayloadQuery {
  return {
    content,
    destination,
    event: item.event,
    trace: (run.trace ?? []).filter((entry) => entry.item === null || entry.item === index),
    translate: (event, outgoingId) => {
      const translated = target?.destination.translate(event, { settings: target.settings, outgoingId });
      return translated !== undefined && 'payload' in translated ? translated.payload : undefined;
    },
  };
}

/** The nearest thing in the mapping that a payload's field comes from; the destination where it is none of its own. */
function problemPlace(
  { path }: PayloadProblem,
  payload: JsonObject,
  { query, context: { content, place } }: Pick<ResultScope, 'context'> & { readonly query: PayloadQuery },
): Position {
  const origins = originsIn(query)(path === '' ? [] : keysOf(path, payload));
  const written = origins.find((origin) => origin.written !== null)?.written;
  return place(path === '' || !written ? settingsPath(content, query.destination) : written.path);
}
