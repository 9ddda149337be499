import { lookupNamed } from '../lookups/index.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { CompiledLookup, CompiledMapping } from './compile.ts';
import { isEmpty } from './empty.ts';
import type { EvaluationContext, EvaluationInput } from './evaluation.ts';
import { type Bindings, timeBindings } from './expression.ts';
import type { LookupFact } from './facts.ts';
import type { Needs, Run, WantedLookup } from './run.ts';
import type { Steps } from './steps.ts';
import { type FillScope, fillTemplate, Interruption, type Template } from './template.ts';

/** What the items of a mapping are evaluated in; or how the run ends before there are any. */
export type Opened =
  | { readonly kind: 'open'; readonly fill: FillScope; readonly about: Pick<Run, 'withoutLookups'> }
  | { readonly kind: 'ended'; readonly ended: Needs | { readonly outcome: 'skipped'; readonly reason: string } };

/**
 * Everything that the expressions of a mapping can see of an event. What needs no lookup comes first, and `when` with it
 * where it can: an event that is not for the mapping asks nobody anything. Throws `Interruption`.
 */
export function* openScope(
  mapping: CompiledMapping,
  input: EvaluationInput,
  context: EvaluationContext,
): Steps<Opened> {
  const { fill, bindings } = baseScope(mapping, input, context);
  yield* nameValues(mapping, bindings, { fill, areBehind: false });
  const first = mapping.isWhenFirst ? yield* refusedByWhen(mapping.when, fill) : undefined;
  if (first !== undefined) return skipped(first);
  const looked = yield* lookUp(mapping, bindings, { fill, facts: input.lookups?.[mapping.file] ?? {} });
  if (looked.wanted.length > 0) return { kind: 'ended', ended: { outcome: 'needs', lookups: looked.wanted } };
  yield* nameValues(mapping, bindings, { fill, areBehind: true });
  const last = mapping.isWhenFirst ? undefined : yield* refusedByWhen(mapping.when, fill);
  if (last !== undefined) return skipped(last);
  const isComplete = Object.keys(looked.without).length === 0;
  return { kind: 'open', fill, about: isComplete ? {} : { withoutLookups: looked.without } };
}

const skipped = (reason: string): Opened => ({ kind: 'ended', ended: { outcome: 'skipped', reason } });

type OwnBindings = Record<string, unknown>;

function baseScope(
  mapping: CompiledMapping,
  input: EvaluationInput,
  { vars, trace }: EvaluationContext,
): { readonly fill: FillScope; readonly bindings: OwnBindings } {
  const bindings: OwnBindings = {
    body: input.body,
    headers: input.headers,
    query: queryOf(input.url),
    ...gatewayBindings(mapping, input, { vars }),
  };
  return { fill: { input: input.body, bindings, item: null, trace }, bindings };
}

/** What the gateway says of an event, whatever a mapping calls its own values. */
export const gatewayBindings = (
  mapping: Pick<CompiledMapping, 'file'>,
  input: Omit<EvaluationInput, 'body'>,
  { vars }: Pick<EvaluationContext, 'vars'>,
): Bindings => ({
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
});

function* nameValues(
  { let: lets, behindLookups }: CompiledMapping,
  bindings: OwnBindings,
  { fill, areBehind }: { readonly fill: FillScope; readonly areBehind: boolean },
): Steps<void> {
  for (const [name, template] of lets)
    if (behindLookups.has(name) === areBehind) bindings[name] = yield* fillTemplate(template, fill);
}

interface LookedUp {
  readonly wanted: readonly WantedLookup[];
  /** Why optional ones have nothing to give. */
  readonly without: Readonly<Record<string, string>>;
}

interface LookupScope {
  readonly fill: FillScope;
  readonly facts: Readonly<Record<string, LookupFact>>;
}

/** Names what is known; what is not is wanted, all of it at once as far as the arguments are known. */
function* lookUp({ lookups }: CompiledMapping, bindings: OwnBindings, { fill, facts }: LookupScope): Steps<LookedUp> {
  const wanted: WantedLookup[] = [];
  const without: Record<string, string> = {};
  for (const lookup of lookups) {
    if (lookup.after.some((name) => wanted.some((other) => other.name === name))) continue;
    const fact = facts[lookup.name] ?? (yield* wantedOf(lookup, fill));
    bindings[lookup.name] = 'found' in fact ? fact.found : undefined;
    if ('found' in fact) continue;
    if ('wanted' in fact) wanted.push(fact.wanted);
    else Object.assign(without, reasonWithout(lookup, fact));
  }
  return { wanted, without };
}

interface Missing {
  readonly missing: string;
  /** There was nothing to look up, so no answer failed to come. */
  readonly isNothing?: true;
}

/** Why the mapping goes on without it, by name. Throws `Interruption` where it cannot. */
function reasonWithout({ name, isOptional }: CompiledLookup, { missing, isNothing }: Missing): Record<string, string> {
  if (!isOptional) throw new Interruption('fault', ['lookup', name], missing);
  return isNothing === true ? {} : { [name]: missing };
}

function* wantedOf(
  { name, lookup, source, isOptional, args: template }: CompiledLookup,
  fill: FillScope,
): Steps<{ readonly wanted: WantedLookup } | Missing> {
  const filled = yield* fillTemplate(template, fill);
  const given = Object.entries(isJsonObject(filled) ? filled : {}).filter(([, value]) => !isEmpty(value));
  const checked = lookupNamed(lookup)?.args.safeParse(Object.fromEntries(given));
  if (checked?.success === true)
    return { wanted: { name, lookup, source, isOptional, args: checked.data as WantedLookup['args'] } };
  const [issue] = checked?.error.issues ?? [];
  const key = issue?.path.join('.') ?? '';
  const isThere = given.some(([known]) => known === key);
  if (isThere) return { missing: `${key} ${issue?.message ?? 'cannot be used'}` };
  return { missing: `${key} yields nothing to look up`, isNothing: true };
}

function queryOf(url: string): Record<string, string> {
  const start = url.indexOf('?');
  return start === -1 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start)));
}

/** Why `when` says no; undefined when it is exactly true or absent. */
export function* refusedByWhen(when: Template | undefined, fill: FillScope): Steps<string | undefined> {
  if (when === undefined) return undefined;
  const value = yield* fillTemplate(when, fill);
  if (value === true) return undefined;
  const expression = when.kind === 'expression' ? `=${when.expression.text}` : 'when';
  return `${expression} gives ${value === undefined ? 'nothing' : typeof value === 'boolean' ? value : 'something other than true'}`;
}

export function* itemScopes(mapping: CompiledMapping, fill: FillScope): Steps<readonly FillScope[]> {
  if (mapping.forEach === undefined) return [fill];
  const list = yield* fillTemplate(mapping.forEach, fill);
  if (list === undefined || list === null) return [];
  // JSONata gives the only element of a list of one by itself.
  const items: readonly Json[] = Array.isArray(list) ? list : [list];
  return items.map((item, index) => ({ ...fill, item: index, bindings: { ...fill.bindings, item, index } }));
}
