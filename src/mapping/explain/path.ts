import { isEmpty } from '../empty.ts';
import { emptyWord, missingKey } from './missing-key.ts';
import { resultsOf } from './observation.ts';
import { describePlace, type Place, stepPlace } from './place.ts';
import { inherited, type Reason, type Scope } from './reason.ts';
import { filterText } from './source-text.ts';
import { type AstNode, filtersOf } from './syntax-tree.ts';

/** A step of a path: the place it starts from, where it leads, and what it found there before its filters. */
export interface Step {
  readonly node: AstNode;
  readonly from: Place;
  readonly to: Place;
  readonly found: readonly unknown[];
}

/** A path's steps as far as they found something, and the one that did not. */
export function stepsOf(path: AstNode, { observed, place }: Scope): readonly Step[] {
  const steps: Step[] = [];
  let from = place;
  let found: readonly unknown[] = [];
  for (const node of path.steps ?? []) {
    // Sorting is not observed: what it puts in order is there before and after.
    found = node.type === 'sort' ? [found.flatMap(listOf)] : resultsOf(node, observed);
    const to = stepPlace(from, node, found.some(Array.isArray));
    steps.push({ node, from, to, found });
    if (found.length === 0) break;
    from = filteredPlace(to, node, observed.text);
  }
  return steps;
}

/** Why a path is empty: the first step that finds nothing, or that leaves nothing after its filters. */
export function explainPath(path: AstNode, scope: Scope): readonly Reason[] {
  const steps = stepsOf(path, scope);
  for (const { node, from, to, found } of steps) {
    if (found.length === 0) return explainStep(node, { ...scope, place: from });
    const lists = found.map(listOf);
    if (lists.every(({ length }) => length === 0)) return emptyAt(to, found);
    const filtered = explainFilters(node, { lists, place: to }, scope);
    if (filtered.length > 0) return filtered;
  }
  const last = steps.at(-1);
  return last === undefined ? [] : emptyAt(filteredPlace(last.to, last.node, scope.observed.text), last.found);
}

function explainStep(step: AstNode, scope: Scope): readonly Reason[] {
  const inputs = scope.observed.of(step).map(({ input }) => input);
  if (step.type === 'wildcard' || step.type === 'descendant') return emptyAt(scope.place, inputs);
  if (step.type !== 'name') return scope.explain(step, scope);
  if (inputs.length === 0) return [];
  const own = describePlace(stepPlace(scope.place, step, false));
  const why = scope.named.get(own);
  // A value of the mapping itself: why it is missing was found out where it is written.
  if (why !== undefined) return [inherited(own, why)];
  return [missingKey(String(step.value), { place: scope.place, inputs, body: scope.observed.input })];
}

/** The key that a path asks for where something else is. */
export function missedKey(step: Step, scope: Scope): Reason | undefined {
  if (step.node.type !== 'name' || step.found.length > 0) return undefined;
  return explainStep(step.node, { ...scope, place: step.from })[0];
}

export function emptyAt(place: Place, found: readonly unknown[]): readonly Reason[] {
  const word = found.every(isEmpty) ? emptyWord(found[0]) : undefined;
  return word === undefined ? [] : [{ text: `${describePlace(place)} is ${word}` }];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

export function filteredPlace(place: Place, step: AstNode, source: string): Place {
  const filters = filtersOf(step);
  const text = place.text + filters.map((filter) => filterText(filter, source)).join('');
  return { text, isList: place.isList && filters.at(-1)?.expr?.type !== 'number' };
}

interface Filtered {
  /** What was found; an index counts within each. */
  readonly lists: readonly (readonly unknown[])[];
  readonly place: Place;
}

/** Which of a step's filters leaves nothing, and why; nothing to say where something gets through. */
export function explainFilters(step: AstNode, found: Filtered, scope: Scope): readonly Reason[] {
  let { lists, place } = found;
  for (const filter of filtersOf(step)) {
    const text = filterText(filter, scope.observed.text);
    if (filter.expr?.type === 'number') {
      const left = lists.map((list) => list.at(Math.floor(Number(filter.expr?.value))));
      if (left.every((item) => item === undefined)) return [outOfRange(text, place, lists)];
      lists = left.flatMap((item) => (item === undefined ? [] : [listOf(item)]));
    } else if (filter.expr !== undefined) {
      const matching = scope.observed.of(filter.expr).filter(({ result }) => isMatch(result));
      if (matching.length === 0) return [noMatch(text, place), ...scope.explainFalse(filter.expr, { ...scope, place })];
      lists = [matching.map(({ input }) => input)];
    }
    place = { ...place, text: `${place.text}${text}` };
  }
  return [];
}

/** What a filter takes for true; a number is a position. */
const isMatch = (result: unknown): boolean => typeof result === 'number' || (!isEmpty(result) && result !== false);

const noMatch = (text: string, place: Place): Reason => ({
  text: `${place.isList ? 'no item of ' : ''}${describePlace(place)} ${place.isList ? 'matches' : 'does not match'} ${text}`,
});

function outOfRange(text: string, place: Place, lists: readonly (readonly unknown[])[]): Reason {
  const at = describePlace(place);
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return { text: `${at} has no item ${text}: it has ${longest === 1 ? 'only one' : longest}` };
}
