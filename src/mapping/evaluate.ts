import type { CanonicalEvent } from '../model/canonical-event.ts';
import { outgoingId } from '../model/id.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';
import { CanonicalFault, toCanonicalEvent, type UnstitchedEvent } from './canonical.ts';
import type { CompiledDestination, CompiledMapping } from './compile.ts';
import { isEmpty } from './empty.ts';
import type { EvaluationContext, EvaluationDestination, EvaluationInput } from './evaluation.ts';
import { mergePatch } from './merge.ts';
import { gatewayBindings, itemScopes, openScope, refusedByWhen } from './open-scope.ts';
import type { DestinationResult, EvaluatedRun, RunItem, Unresolved } from './run.ts';
import { complete, type Steps } from './steps.ts';
import { identifiersOf, type Linked, lacksAnId, stitched } from './stitching.ts';
import { type FillScope, fillTemplate, Interruption } from './template.ts';
import { translation } from './translation.ts';

/** One mapping on one event: pure, and the same for the gateway, `hookstitch test` and previews. */
export function evaluateMapping(
  mapping: CompiledMapping,
  input: EvaluationInput,
  context: EvaluationContext,
): Promise<EvaluatedRun> {
  return complete(evaluationOf(mapping, input, context));
}

function* evaluationOf(
  mapping: CompiledMapping,
  input: EvaluationInput,
  context: EvaluationContext,
): Steps<EvaluatedRun> {
  const run = { mapping: { file: mapping.file, version: mapping.version } };
  try {
    const opened = yield* openScope(mapping, input, context);
    if (opened.kind === 'ended') return { ...run, ...opened.ended };
    const about = { ...run, ...opened.about };
    const scopes = yield* itemScopes(mapping, opened.fill);
    if (scopes.length === 0) return { ...about, outcome: 'skipped', reason: 'for_each yields no items' };
    const items: Item[] = [];
    for (const own of scopes) items.push(yield* writtenItem({ mapping, input, context, fill: own }));
    const linked = input.linked?.[mapping.file];
    const asked = linked === undefined ? toAsk(items, mapping) : undefined;
    if (asked !== undefined) return { ...about, ...asked };
    const evaluated: RunItem[] = [];
    for (const [index, item] of items.entries())
      evaluated.push(yield* evaluateItem(item, linked?.[index] ?? linked?.at(-1)));
    return { ...about, outcome: 'translated', items: evaluated };
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

interface ItemScope {
  readonly mapping: CompiledMapping;
  readonly input: EvaluationInput;
  readonly context: EvaluationContext;
  readonly fill: FillScope;
}

/** An item of a mapping with its event as the mapping wrote it; or how it ended before that. */
interface Item {
  readonly scope: ItemScope;
  /** Absent where every destination has a payload of its own. */
  readonly written?: UnstitchedEvent;
  readonly ended?: EndedEarly;
}

function* writtenItem(scope: ItemScope): Steps<Item> {
  const { mapping, input, fill } = scope;
  if (mapping.event === undefined) return { scope };
  try {
    const raw = yield* fillTemplate(mapping.event, fill);
    return { scope, written: toCanonicalEvent(raw, { id: input.id, occurredAt: input.occurredAt }) };
  } catch (error) {
    return { scope, ended: endOfItem(error, mapping) };
  }
}

/** One item's event ends early without touching the other items; an only one takes the run with it. */
function endOfItem(error: unknown, { forEach }: CompiledMapping): EndedEarly {
  if (forEach === undefined) throw error;
  return endedEarly(error);
}

/** What has to be known of the links before the items can go on; undefined when nothing has. */
function toAsk(items: readonly Item[], { stitch, hold }: CompiledMapping): Unresolved | undefined {
  if (stitch === undefined || !items.some(({ written }) => written !== undefined && lacksAnId(written)))
    return undefined;
  const asked = items.map(({ written }) => (written === undefined ? [] : identifiersOf(written, stitch)));
  return { outcome: 'unresolved', items: asked, ...(hold !== undefined && { hold }) };
}

function* evaluateItem({ scope, written, ended }: Item, linked: Linked | undefined): Steps<RunItem> {
  const { mapping } = scope;
  if (ended !== undefined) return endedItem(mapping, ended);
  if (written === undefined) return { results: yield* evaluateDestinations(undefined, scope) };
  try {
    const { event, stitch } = stitched(written, linked);
    const identifiers = mapping.stitch === undefined ? {} : { identifiers: identifiersOf(written, mapping.stitch) };
    return { event, stitch, ...identifiers, results: yield* evaluateDestinations(event, scope) };
  } catch (error) {
    return endedItem(mapping, endOfItem(error, mapping));
  }
}

const endedItem = ({ destinations }: CompiledMapping, ended: EndedEarly): RunItem => ({
  results: destinations.map(({ name }) => ({ destination: name, ...ended })),
});

function* evaluateDestinations(
  event: CanonicalEvent | undefined,
  scope: ItemScope,
): Steps<readonly DestinationResult[]> {
  const results: DestinationResult[] = [];
  for (const compiled of scope.mapping.destinations) results.push(yield* evaluateDestination(compiled, event, scope));
  return results;
}

function* evaluateDestination(
  compiled: CompiledDestination,
  event: CanonicalEvent | undefined,
  scope: ItemScope,
): Steps<DestinationResult> {
  const destination = compiled.name;
  const target = scope.context.destinations.get(destination);
  if (target === undefined)
    return { destination, outcome: 'skipped', reason: `destination "${destination}" is not configured` };
  try {
    const fill = isEvaluated(compiled)
      ? { ...scope.fill, bindings: { ...scope.fill.bindings, event, config: target.settings } }
      : scope.fill;
    const refused = compiled.when === undefined ? undefined : yield* refusedByWhen(compiled.when, fill);
    if (refused !== undefined) return { destination, outcome: 'skipped', reason: refused };
    const id = outgoingId({
      source: scope.input.source,
      eventId: event?.id ?? scope.input.id,
      mapping: scope.mapping.file,
      item: scope.fill.item ?? 0,
      destination,
    });
    return {
      destination,
      ...(yield* payloadFor({ compiled, event, target, fill, id, scope })),
    };
  } catch (error) {
    // As above: one destination's expressions end early without touching the others.
    return { destination, ...endedEarly(error) };
  }
}

/** Whether anything of it needs to know what is bound. */
const isEvaluated = ({ when, merge, payload }: CompiledDestination): boolean =>
  [when, merge, payload].some((template) => template !== undefined && template.kind !== 'constant');

interface PayloadScope {
  readonly compiled: CompiledDestination;
  readonly event: CanonicalEvent | undefined;
  readonly target: EvaluationDestination;
  readonly fill: FillScope;
  readonly id: string;
  readonly scope: ItemScope;
}

type PayloadResult =
  | { readonly outcome: 'payload'; readonly outgoingId: string; readonly payload: JsonObject }
  | EndedEarly;

function* payloadFor({ compiled, event, target, fill, id, scope }: PayloadScope): Steps<PayloadResult> {
  const { name } = compiled;
  const path = `destinations.${name}`;
  const done = (payload: Json | undefined): PayloadResult => {
    if (!isJsonObject(payload))
      return { outcome: 'failed', path, message: 'yields no payload: it must be a block of keys' };
    return { outcome: 'payload', outgoingId: id, payload: stripNulls(payload, target.destination.keepNullUnder) };
  };
  const isCode = target.destination.templates === undefined;
  if (compiled.payload !== undefined && isCode) return done(yield* fillTemplate(compiled.payload, fill));
  const translated = yield* translation({ ...{ name, target, event, outgoingId: id }, ...translationScope(scope) });
  if (translated === undefined) return { outcome: 'failed', path: 'event', message: 'is missing' };
  if ('skipped' in translated) return { outcome: 'skipped', reason: translated.skipped };
  const { lacks, frame, fixed = [] } = translated;
  const [key, own] = compiled.payload === undefined ? ['merge', compiled.merge] : ['payload', compiled.payload];
  const patch = own === undefined ? undefined : yield* fillTemplate(own, fill);
  const changed = isJsonObject(patch) ? fixed.find((one) => Object.hasOwn(patch, one)) : undefined;
  if (changed !== undefined)
    return { outcome: 'failed', path: `${path}.${key}.${changed}`, message: 'is for gateway.yaml to say' };
  if (patch === undefined && key === 'payload') return done(undefined);
  const base = key === 'payload' ? frame : translated.payload;
  const payload = patch === undefined ? base : mergePatch(base, patch);
  if (lacks !== undefined && isJsonObject(payload) && isEmpty(payload[lacks.key]))
    return { outcome: 'skipped', reason: lacks.otherwise };
  return done(payload);
}

const translationScope = ({ mapping, input, context, fill }: ItemScope) => ({
  item: fill.item,
  known: () => gatewayBindings(mapping, input, context),
  interprets: context.interprets === true,
});
