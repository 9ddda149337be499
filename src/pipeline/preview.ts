import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Asker } from '../lookups/ask.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import type { Evaluation } from '../mapping/evaluator/evaluator.ts';
import type { EvaluatorSetup } from '../mapping/evaluator/protocol.ts';
import type { Facts } from '../mapping/facts.ts';
import type { PlacedLineage } from '../mapping/lineage/placed.ts';
import type { ReadMapping } from '../mapping/load.ts';
import { publicSettings } from '../mapping/public-settings.ts';
import { endedRuns, type Run } from '../mapping/run.ts';
import type { KnownNames } from '../mapping/static/known-names.ts';
import type { Linked } from '../mapping/stitching.ts';
import type { Clock } from '../model/clock.ts';
import type { Position } from '../model/error.ts';
import type { ClaimedEvent } from '../model/event.ts';
import { newId } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import { whyNoEvent } from '../sources/event-in-body.ts';
import type { ConfiguredSource, Reading } from '../sources/source.ts';
import type { SentPayload } from './last-sent.ts';
import { type LookUpDependencies, lookUp } from './look-up.ts';
import { type InlineEvent, inlineEvent, type PreviewEvent, readingsOf } from './preview-event.ts';
import { type Place, type PreviewField, previewFields } from './preview-fields.ts';
import { type PreviewItem, previewItems } from './preview-items.ts';

/** What a mapping makes of an event, with everything that a person wants to know of it; nothing is written or sent. */
export type Preview = Invalid | Unreadable | Told;

interface Common {
  readonly file: string;
  /** Of the mapping's text; where none is an error they are warnings. */
  readonly problems: ReadMapping['problems'];
  /** What every expression reads; only where it was asked for and the text is a mapping. */
  readonly lineage?: readonly PlacedLineage[];
}

/** The text is no mapping, as its problems say. */
interface Invalid extends Common {
  readonly outcome: 'invalid';
}

/** The source cannot read the event's body. */
interface Unreadable extends Common {
  readonly outcome: 'unreadable';
  /** Why, in the source's words. */
  readonly message: string;
}

export interface Told extends Common {
  readonly outcome: 'unmatched' | 'skipped' | 'failed' | 'translated';
  readonly event: PreviewEvent;
  /** By which expressions its source told what it is. */
  readonly readings: readonly Reading[];
  /** Why it is not translated; null when it is. */
  readonly message: string | null;
  /** What `message` is about. */
  readonly at: Position | null;
  readonly fields: readonly PreviewField[];
  readonly items: readonly PreviewItem[];
}

export interface PreviewSetup {
  readonly sources: readonly ConfiguredSource[];
  readonly destinations: readonly ConfiguredDestination[];
  readonly vars: JsonObject;
  /** What mappings may refer to; default: the names of these sources and destinations. */
  readonly names?: KnownNames;
  /** Leaves every expression to JSONata's interpreter. */
  readonly interprets: boolean;
  readonly clock: Clock;
  /** Evaluates with traces, where it may take as long and eat as much as it likes. */
  readonly evaluate: (setup: EvaluatorSetup, event: ClaimedEvent, facts: Facts) => Promise<Evaluation>;
  /** Asks the sources' APIs; absent where nothing may be asked. */
  readonly lookups?: Pick<Asker, 'ask'>;
  /** What the links say of whose events these are; absent where there are none to ask. */
  readonly linked?: (items: readonly (readonly Identifier[])[]) => Promise<readonly Linked[]>;
}

export interface PreviewRequest {
  /** `shown` is how problems name the file. */
  readonly mapping: { readonly name: string; readonly shown: string; readonly text: string };
  readonly event: PreviewEvent | InlineEvent;
  /** Whether it tells where values come from. */
  readonly lineage?: boolean;
  /** What was queued for the event before. */
  readonly sent?: readonly SentPayload[];
}

/** The mapping in a text on one event, translated and checked as the gateway would. Throws EVALUATOR_UNAVAILABLE. */
export async function preview(request: PreviewRequest, setup: PreviewSetup): Promise<Preview> {
  const { mapping, event: wanted, lineage: tellsOrigins = false, sent = [] } = request;
  const destinations = setup.destinations.map(withSamples);
  // Loaded with the first preview: everything else is read in the evaluator, so a gateway starts without.
  const { readMapping } = await import('../mapping/load.ts');
  const { definition, yaml, problems } = readMapping(mapping, mapping.text, setup.names ?? namesIn(setup));
  const told = { file: mapping.name, problems };
  if (definition === undefined || yaml === undefined) return { ...told, outcome: 'invalid' };
  const common = tellsOrigins ? { ...told, lineage: await lineageIn(definition, yaml) } : told;
  const event = 'body' in wanted ? received(wanted, definition, setup) : wanted;
  if ('unreadable' in event) return { ...common, outcome: 'unreadable', message: event.unreadable };

  const place: Place = (path) => yaml.positionInText(path, 0);
  const evaluation = await evaluateKnowing(evaluatorSetup(definition, { ...setup, destinations }), event, setup);
  const run = evaluation.kind === 'runs' ? endedRuns(evaluation.runs)[0] : undefined;
  return {
    ...common,
    event,
    readings: readingsOf(event, setup.sources),
    ...(evaluation.kind === 'failed'
      ? { outcome: 'failed', message: evaluation.message, at: null }
      : endOf(run, { definition, event, place })),
    fields: previewFields(definition.content, run?.trace ?? [], place),
    items:
      run === undefined
        ? []
        : previewItems(run, { content: definition.content, destinations, place, tellsOrigins, sent }),
  };
}

async function lineageIn(
  { content }: MappingDefinition,
  yaml: NonNullable<ReadMapping['yaml']>,
): Promise<readonly PlacedLineage[]> {
  const { placedLineage } = await import('../mapping/lineage/placed.ts');
  return placedLineage(content, yaml);
}

const namesIn = ({ sources, destinations }: PreviewSetup): KnownNames => ({
  sources: sources.map(({ name }) => name),
  destinations: destinations.map(({ name }) => name),
});

/** Evaluates again with the answers, if the mapping asks. */
export async function evaluateKnowing(
  mappings: EvaluatorSetup,
  event: PreviewEvent,
  { evaluate, lookups = asksNobody, linked = async () => [], clock }: PreviewSetup,
): Promise<Evaluation> {
  const own = claimed(event);
  const evaluator: LookUpDependencies['evaluator'] = {
    evaluate: async (_, { facts } = {}) => new Map([[own.id, await evaluate(mappings, own, facts?.get(own.id) ?? {})]]),
  };
  const looked = await lookUp([own], await evaluator.evaluate([own]), { lookups, evaluator, clock });
  const waiting = looked.waiting.get(own.id);
  if (waiting !== undefined) return { kind: 'failed', reason: 'too_slow', message: waiting.message };
  const evaluation = looked.evaluations.get(own.id) ?? { kind: 'runs', runs: [] };
  const asking = evaluation.kind === 'runs' ? evaluation.runs[0] : undefined;
  if (asking?.outcome !== 'unresolved') return evaluation;
  const facts = { ...looked.facts.get(own.id), linked: { [asking.mapping.file]: await linked(asking.items) } };
  return evaluate(mappings, own, facts);
}

const asksNobody: Pick<Asker, 'ask'> = {
  ask: async () => ({ kind: 'missing', message: 'nothing is looked up here' }),
};

/** As if the mapping's source had just sent it. */
function received(
  inline: InlineEvent,
  { content }: MappingDefinition,
  { sources, clock }: PreviewSetup,
): PreviewEvent | { readonly unreadable: string } {
  const configured = sources.find(({ name }) => name === content.source);
  const receivedAt = clock.now();
  if (configured === undefined) return { unreadable: `gateway.yaml has no source ${content.source} that is whole` };
  const event = inlineEvent(inline, configured, { id: newId('evt', receivedAt), receivedAt });
  const why = (): string => whyNoEvent(configured.source, inline.body, { kind: inline.type ?? null, receivedAt });
  return event ?? { unreadable: `${configured.name} cannot read the body: ${why()}` };
}

/** A destination that is off has no settings to translate with: what is not set is taken from its sample. */
export function withSamples(configured: ConfiguredDestination): ConfiguredDestination {
  if (configured.off === null) return configured;
  const { sample, templates = [] } = configured.destination;
  const own = Object.entries(configured.settings).filter(
    ([key, value]) => templates.includes(key) || (value !== undefined && value !== ''),
  );
  const unwritten = templates.map((key) => [key, undefined] as const);
  return { ...configured, settings: { ...sample, ...Object.fromEntries([...unwritten, ...own]) } };
}

/** Also a mapping that is not enabled can be looked at. */
export function evaluatorSetup(
  definition: MappingDefinition,
  { destinations, vars, interprets }: Pick<PreviewSetup, 'destinations' | 'vars' | 'interprets'>,
): EvaluatorSetup {
  return {
    mappings: [{ ...definition, content: { ...definition.content, enabled: true } }],
    destinations: destinations.map(({ name, destination, settings }) => ({
      name,
      type: destination.name,
      settings: publicSettings(destination, settings),
    })),
    vars,
    interprets,
  };
}

const claimed = (event: PreviewEvent): ClaimedEvent => ({
  ...event,
  claimedBy: 'wrk_preview',
  tries: 1,
  inLineSince: event.receivedAt,
});

interface EndScope {
  readonly definition: MappingDefinition;
  readonly event: PreviewEvent;
  readonly place: Place;
}

/** How a run ended, and where; without one the mapping is for other events. */
export function endOf(
  run: Run | undefined,
  { definition, event, place }: EndScope,
): Pick<Told, 'outcome' | 'message' | 'at'> {
  if (run === undefined) {
    const { events, source } = definition.content;
    const wanted = `${source} events of type ${[events].flat().join(', ')}`;
    const message = `the mapping is for ${wanted}; this one is ${event.source} ${event.type}`;
    return { outcome: 'unmatched', message, at: place([event.source === source ? 'events' : 'source']) };
  }
  switch (run.outcome) {
    case 'translated':
      return { outcome: run.outcome, message: null, at: null };
    case 'skipped':
      // The last expression that was evaluated is the one that ended it.
      return { outcome: run.outcome, message: run.reason, at: place(run.trace?.at(-1)?.path ?? ['when']) };
    case 'failed':
      return { outcome: run.outcome, message: `${run.path}: ${run.message}`, at: place(run.path.split('.')) };
  }
}
