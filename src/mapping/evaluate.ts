import type { CommonSettings, Destination } from '../destinations/destination.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import { outgoingId } from '../model/id.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { CanonicalFault, toCanonicalEvent } from './canonical.ts';
import type { CompiledDestination, CompiledMapping } from './compile.ts';
import { timeBindings } from './expression.ts';
import { mergePatch } from './merge.ts';
import type { DestinationResult, Run, RunItem } from './run.ts';
import { type FillScope, fillTemplate, Interruption, type Template } from './template.ts';
import type { Trace } from './trace.ts';

/** A stored event as a mapping sees it. */
export interface EvaluationInput {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly kind: string | null;
  readonly externalId: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  /** The verified, parsed body; one element where the source sends a list. */
  readonly body: Json;
}

/** A destination that is on, with its public settings only. */
export interface EvaluationDestination {
  readonly destination: Pick<Destination, 'translate' | 'keepNullUnder'>;
  readonly settings: CommonSettings;
}

export interface EvaluationContext {
  readonly vars: JsonObject;
  readonly destinations: ReadonlyMap<string, EvaluationDestination>;
  /** Told what every expression came to; absent in the worker. */
  readonly trace?: Trace | undefined;
}

/** One mapping on one event: pure, and the same for the gateway, `hookstitch test` and previews. */
export async function evaluateMapping(
  mapping: CompiledMapping,
  input: EvaluationInput,
  context: EvaluationContext,
): Promise<Run> {
  const run = { mapping: { file: mapping.file, version: mapping.version } };
  try {
    const fill = await fillScope(mapping, input, context);
    const refused = await refusedByWhen(mapping.when, fill);
    if (refused !== undefined) return { ...run, outcome: 'skipped', reason: refused };
    const items: RunItem[] = [];
    for (const own of await itemScopes(mapping, fill)) {
      items.push(await evaluateItem({ mapping, input, context, fill: own }));
    }
    return items.length === 0
      ? { ...run, outcome: 'skipped', reason: 'for_each yields no items' }
      : { ...run, outcome: 'translated', items };
  } catch (error) {
    // A mapping ends early by throwing through its templates; anything else is ours to fix and must not be swallowed.
    const ended = endedEarly(error);
    return ended.outcome === 'skipped' ? { ...run, ...ended } : { ...run, ...ended };
  }
}

type EndedEarly =
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly path: string; readonly message: string };

function endedEarly(error: unknown): EndedEarly {
  if (error instanceof CanonicalFault) return { outcome: 'failed', path: error.path, message: error.message };
  if (!(error instanceof Interruption)) throw error;
  if (error.kind === 'skip') return { outcome: 'skipped', reason: error.message };
  return { outcome: 'failed', path: error.path.join('.'), message: error.message };
}

/** Everything that the expressions of a mapping can see of an event, its `let:` included. */
async function fillScope(
  mapping: CompiledMapping,
  input: EvaluationInput,
  { vars, trace }: EvaluationContext,
): Promise<FillScope> {
  const bindings: Record<string, unknown> = {
    body: input.body,
    headers: input.headers,
    query: queryOf(input.url),
    vars,
    meta: {
      event_id: input.id,
      source: input.source,
      type: input.type,
      kind: input.kind,
      external_id: input.externalId,
      occurred_at: input.occurredAt.toISOString(),
      received_at: input.receivedAt.toISOString(),
      mapping: mapping.file,
    },
    ...timeBindings(input.receivedAt),
  };
  const fill = { input: input.body, bindings, item: null, trace };
  for (const [name, template] of mapping.let) bindings[name] = await fillTemplate(template, fill);
  return fill;
}

function queryOf(url: string): Record<string, string> {
  const start = url.indexOf('?');
  return start === -1 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start)));
}

/** Why `when` says no; undefined when it is exactly true or absent. */
async function refusedByWhen(when: Template | undefined, fill: FillScope): Promise<string | undefined> {
  if (when === undefined) return undefined;
  const value = await fillTemplate(when, fill);
  if (value === true) return undefined;
  const expression = when.kind === 'expression' ? `=${when.expression.text}` : 'when';
  return `${expression} gives ${value === undefined ? 'nothing' : typeof value === 'boolean' ? value : 'something other than true'}`;
}

async function itemScopes(mapping: CompiledMapping, fill: FillScope): Promise<readonly FillScope[]> {
  if (mapping.forEach === undefined) return [fill];
  const list = await fillTemplate(mapping.forEach, fill);
  if (list === undefined || list === null) return [];
  // JSONata gives the only element of a list of one by itself.
  const items: readonly Json[] = Array.isArray(list) ? list : [list];
  return items.map((item, index) => ({ ...fill, item: index, bindings: { ...fill.bindings, item, index } }));
}

interface ItemScope {
  readonly mapping: CompiledMapping;
  readonly input: EvaluationInput;
  readonly context: EvaluationContext;
  readonly fill: FillScope;
}

async function evaluateItem(scope: ItemScope): Promise<RunItem> {
  const { mapping } = scope;
  let event: CanonicalEvent | undefined;
  try {
    event = await canonicalEvent(scope);
  } catch (error) {
    if (mapping.forEach === undefined) throw error;
    // As above: one item's event ends early without touching the other items.
    const ended = endedEarly(error);
    return { results: mapping.destinations.map(({ name }) => ({ destination: name, ...ended })) };
  }
  const results: DestinationResult[] = [];
  for (const compiled of mapping.destinations) results.push(await evaluateDestination(compiled, event, scope));
  return event === undefined ? { results } : { event, results };
}

async function canonicalEvent({ mapping, input, fill }: ItemScope): Promise<CanonicalEvent | undefined> {
  if (mapping.event === undefined) return undefined;
  const raw = await fillTemplate(mapping.event, fill);
  return toCanonicalEvent(raw, { id: input.id, occurredAt: input.occurredAt });
}

async function evaluateDestination(
  compiled: CompiledDestination,
  event: CanonicalEvent | undefined,
  scope: ItemScope,
): Promise<DestinationResult> {
  const destination = compiled.name;
  const target = scope.context.destinations.get(destination);
  if (target === undefined)
    return { destination, outcome: 'skipped', reason: `destination "${destination}" is not configured` };
  try {
    const fill = { ...scope.fill, bindings: { ...scope.fill.bindings, event, config: target.settings } };
    const refused = await refusedByWhen(compiled.when, fill);
    if (refused !== undefined) return { destination, outcome: 'skipped', reason: refused };
    const id = outgoingId({
      source: scope.input.source,
      eventId: event?.id ?? scope.input.id,
      mapping: scope.mapping.file,
      item: scope.fill.item ?? 0,
      destination,
    });
    return { destination, ...(await payloadFor({ compiled, event, target, fill, id })) };
  } catch (error) {
    // As above: one destination's expressions end early without touching the others.
    return { destination, ...endedEarly(error) };
  }
}

interface PayloadScope {
  readonly compiled: CompiledDestination;
  readonly event: CanonicalEvent | undefined;
  readonly target: EvaluationDestination;
  readonly fill: FillScope;
  readonly id: string;
}

type PayloadResult =
  | { readonly outcome: 'payload'; readonly outgoingId: string; readonly payload: JsonObject }
  | EndedEarly;

async function payloadFor({ compiled, event, target, fill, id }: PayloadScope): Promise<PayloadResult> {
  const done = (payload: Json | undefined): PayloadResult => {
    const path = `destinations.${compiled.name}`;
    if (!isJsonObject(payload))
      return { outcome: 'failed', path, message: 'yields no payload: it must be a block of keys' };
    return { outcome: 'payload', outgoingId: id, payload: stripNulls(payload, target.destination.keepNullUnder) };
  };
  if (compiled.payload !== undefined) return done(await fillTemplate(compiled.payload, fill));
  if (event === undefined) return { outcome: 'failed', path: 'event', message: 'is missing' };
  const translated = target.destination.translate(event, { settings: target.settings, outgoingId: id });
  if ('skipped' in translated) return { outcome: 'skipped', reason: translated.skipped };
  if (compiled.merge === undefined) return done(translated.payload);
  const patch = await fillTemplate(compiled.merge, fill);
  return done(patch === undefined ? translated.payload : mergePatch(translated.payload, patch));
}
