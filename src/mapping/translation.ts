import type { CommonSettings, Templated, Translated } from '../destinations/destination.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';
import { isEmpty } from './empty.ts';
import type { EvaluationDestination } from './evaluation.ts';
import type { Bindings } from './expression.ts';
import type { Steps } from './steps.ts';
import { compileTemplate, type FillScope, fillTemplate, Interruption, type Template } from './template.ts';

/** What the expressions of a destination in gateway.yaml may use beyond the functions. */
export const destinationVariables: readonly string[] = ['event', 'id', 'config', 'vars', 'meta'];

export interface TranslationScope {
  /** As gateway.yaml calls the destination. */
  readonly name: string;
  readonly target: EvaluationDestination;
  /** Absent where the mapping has only payloads of its own. */
  readonly event: CanonicalEvent | undefined;
  readonly outgoingId: string;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  /** What the gateway says of the event. */
  readonly known: () => Bindings;
  readonly interprets: boolean;
}

/** What stays around a payload that a mapping writes itself, and what it cannot change. */
export interface Frame {
  readonly frame?: JsonObject;
  readonly fixed?: readonly string[];
}

/** The standard translation of an event: a destination's code, or the templates that stand in gateway.yaml. */
export function* translation(scope: TranslationScope): Steps<(Translated & Frame) | undefined> {
  const { target, event, outgoingId } = scope;
  const { settings, destination } = target;
  if (event === undefined && destination.templates === undefined) return undefined;
  const made = destination.translate(event ?? nobody, { settings, outgoingId });
  return 'template' in made ? yield* requestOf(made, scope) : made;
}

/** Templates see `$event`, which is nothing here; their destination does not look at it. */
const nobody: CanonicalEvent = { type: 'track', id: '', timestamp: '', user: {}, attributes: {}, context: {} };

function* requestOf(made: Templated, scope: TranslationScope): Steps<Translated & Frame> {
  const { event, outgoingId: id, target, item, name } = scope;
  const bindings = { ...scope.known(), event, id, config: target.settings };
  const own: FillScope = { input: (event ?? null) as unknown as Json, bindings, item };
  try {
    const filled: Record<string, Json> = {};
    for (const [key, template] of compiled(made, scope)) {
      const value = yield* made.fixed.includes(key) ? fillWhole(template, own) : fillTemplate(template, own);
      if (value !== undefined) setMember(filled, key, value);
    }
    const payload = made.assembled(filled);
    const frame = Object.fromEntries(Object.entries(payload).filter(([key]) => made.frame.includes(key)));
    return { payload, frame, fixed: made.fixed };
  } catch (error) {
    if (!(error instanceof Interruption) || error.kind === 'skip') throw error;
    // It stands in another file than the mapping's.
    const place = ['destinations', name, ...error.path].join('.');
    throw new Interruption('fault', ['destinations', name], `${place} in gateway.yaml: ${error.message}`);
  }
}

/** Every expression of a list comes to something: without one, the rest would be another place. */
function* fillWhole(template: Template, fill: FillScope): Steps<Json | undefined> {
  if (template.kind !== 'list') return yield* fillTemplate(template, fill);
  const items: Json[] = [];
  for (const item of template.items) {
    const value = yield* fillTemplate(item, fill);
    if (value !== undefined && !(item.kind === 'expression' && isEmpty(value))) items.push(value);
    else if (item.kind === 'expression') throw new Interruption('fault', item.path, 'yields nothing');
  }
  return items;
}

type Compiled = readonly (readonly [string, Template])[];

/** As long as the settings are in force: compiling is most of an evaluation's time. */
const compiledBefore = new WeakMap<CommonSettings, Compiled>();

function compiled({ template }: Templated, { target: { settings }, interprets }: TranslationScope): Compiled {
  const before = compiledBefore.get(settings);
  if (before !== undefined) return before;
  // What is wrong with them was told when gateway.yaml was read.
  const scope = { variables: destinationVariables, problems: [], nullIsNothing: true, interprets };
  const templates = Object.entries(template).map(
    ([key, value]) => [key, compileTemplate(value ?? null, [key], scope)] as const,
  );
  compiledBefore.set(settings, templates);
  return templates;
}
