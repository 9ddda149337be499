import type { Json } from '../model/json.ts';
import { isEmpty } from './empty.ts';
import { explainCall } from './explain/call.ts';
import { emptyWord } from './explain/missing-key.ts';
import { mistakes } from './explain/mistakes.ts';
import { observe, resultsOf } from './explain/observation.ts';
import { emptyAt, explainFilters, explainPath } from './explain/path.ts';
import { bodyPlace, describePlace, stepPlace } from './explain/place.ts';
import { inherited, type NamedReasons, type Reason, type Scope } from './explain/reason.ts';
import { conditionText } from './explain/source-text.ts';
import { type AstNode, childrenOf, filtersOf, isNode } from './explain/syntax-tree.ts';
import type { Bindings, Evaluated } from './expression.ts';

/** An expression with what it was evaluated on and what it came to. */
export interface Unexplained {
  readonly text: string;
  readonly input: Json;
  readonly bindings: Bindings;
  readonly evaluated: Evaluated;
  /** What was found out of the mapping's values before this one. */
  readonly named: NamedReasons;
}

/** Who nests deeper gets less of an explanation. */
const depthMax = 60;

/**
 * Why an expression yields nothing, something empty, false or a fault: the first step of its paths that finds nothing,
 * with the key that was probably meant. Of a value that is there only what is probably a mistake is told: a missing key
 * beside one almost like it, or a text with a part missing. No reason where there is nothing to say; `tell` makes a
 * sentence of them. Never rejects.
 */
export async function explainNothing(unexplained: Unexplained): Promise<readonly Reason[]> {
  const { text, input, bindings, evaluated, named } = unexplained;
  try {
    const observed = await observe(text, input, bindings);
    const scope = { observed, named, place: bodyPlace, bound: new Map(), depth: 0, explain, explainFalse };
    return [...mistakes(observed.root, scope), ...reasonsFor(evaluated, observed.root, scope)];
  } catch {
    // An explanation must not break what it explains.
    return [];
  }
}

function reasonsFor(evaluated: Evaluated, root: AstNode, scope: Scope): readonly Reason[] {
  if (evaluated.kind === 'value' && evaluated.value === false) return explainFalse(root, scope);
  return evaluated.kind !== 'value' || isEmpty(evaluated.value) ? explain(root, scope) : [];
}

function explain(node: AstNode, outer: Scope): readonly Reason[] {
  const hasValue = filtersOf(node).length === 0 && !resultsOf(node, outer.observed).every(isEmpty);
  if (hasValue || outer.depth > depthMax || !wasReached(node, outer)) return [];
  const scope = { ...outer, depth: outer.depth + 1 };
  switch (node.type) {
    case 'path':
      return explainPath(node, scope);
    case 'variable':
      return explainVariable(node, scope);
    case 'function':
      return [...explainCall(node, scope), ...leftBy(node, scope)];
    case 'condition':
      return explainCondition(node, scope);
    case 'block':
      return [...explainBlock(node, scope), ...leftBy(node, scope)];
    case 'bind':
      return explainAll([node.rhs], scope);
    case 'apply':
      return explainAll([node.lhs], scope);
    default:
      return explainAll(childrenOf(node), scope);
  }
}

/** A part that was not evaluated says nothing; one that was and came to no result at all has thrown. */
const wasReached = (node: AstNode, scope: Scope): boolean =>
  scope.observed.of(node).length > 0 ||
  [...childrenOf(node), ...(node.steps ?? [])].some((child) => wasReached(child, scope));

const explainAll = (nodes: readonly unknown[], scope: Scope): readonly Reason[] =>
  nodes.filter(isNode).flatMap((node) => explain(node, scope));

function explainVariable(node: AstNode, scope: Scope): readonly Reason[] {
  const name = String(node.value);
  const place = stepPlace(scope.place, node, false);
  const [value] = resultsOf(node, scope.observed);
  if (!isEmpty(value)) {
    const isList = Array.isArray(value);
    return explainFilters(node, { lists: [isList ? value : [value]], place: { ...place, isList } }, scope);
  }
  const bound = scope.bound.get(name);
  if (bound !== undefined) return explain(bound, scope);
  const empty = value === undefined ? [] : emptyAt(place, [value]);
  const reasons = scope.named.get(`$${name}`);
  if (reasons !== undefined)
    return [inherited(`$${name}`, reasons, empty.length > 0 ? `is ${emptyWord(value)}` : undefined)];
  return empty.length > 0 ? empty : [{ text: `${describePlace(place)} is nothing` }];
}

/** What a function or block came to is not known before its filters; what they were asked of is. */
function leftBy(node: AstNode, scope: Scope): readonly Reason[] {
  const first = filtersOf(node)[0]?.expr;
  const inputs = first === undefined ? [] : scope.observed.of(first).map(({ input }) => input);
  if (inputs.length === 0) return [];
  return explainFilters(
    node,
    { lists: [inputs], place: { ...stepPlace(scope.place, node, true), isList: true } },
    scope,
  );
}

function explainBlock({ expressions = [] }: AstNode, scope: Scope): readonly Reason[] {
  const bound = new Map(scope.bound);
  for (const { type, lhs, rhs } of expressions) {
    if (type === 'bind' && isNode(lhs) && rhs !== undefined) bound.set(String(lhs.value), rhs);
  }
  return explainAll(expressions.slice(-1), { ...scope, bound });
}

function explainCondition(node: AstNode, scope: Scope): readonly Reason[] {
  const { condition, then: chosen, else: other } = node;
  if (condition === undefined) return [];
  // `a ?? b` is a condition on an $exists that stands nowhere in the text.
  if (condition.type === 'function' && condition.position === undefined)
    return explainAll([condition.arguments?.[0], other], scope);
  if (isTrue(resultsOf(condition, scope.observed)[0])) return explainAll([chosen], scope);
  const whyNot = explainFalse(condition, scope);
  if (other !== undefined) return [...explain(other, scope), ...whyNot];
  return whyNot.length > 0 ? whyNot : [{ text: `${conditionText(node, scope.observed.text)} is not true` }];
}

const isTrue = (value: unknown): boolean => value !== false && value !== 0 && !isEmpty(value);

/** Why a condition is not true, as far as something empty is to blame. */
function explainFalse(node: AstNode, scope: Scope): readonly Reason[] {
  if (scope.depth > depthMax) return [];
  const inner = { ...scope, depth: scope.depth + 1 };
  if (node.type === 'binary' && (node.value === 'and' || node.value === 'or')) {
    const sides = [node.lhs, node.rhs].filter(isNode);
    return sides
      .filter((side) => !isTrue(resultsOf(side, scope.observed)[0]))
      .flatMap((side) => explainFalse(side, inner));
  }
  if (['binary', 'function', 'block'].includes(node.type)) return explainAll(childrenOf(node), inner);
  return explain(node, inner);
}
