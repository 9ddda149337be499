import { resultsOf } from './observation.ts';
import { missedKey, stepsOf } from './path.ts';
import { stepPlace } from './place.ts';
import type { Reason, Scope } from './reason.ts';
import { type AstNode, childrenOf, filtersOf, isNode } from './syntax-tree.ts';

/** Nodes looked at; a longer expression is looked through only so far. */
const nodesMax = 2_000;

/** What is probably a mistake, whatever the expression came to. */
export function mistakes(root: AstNode, scope: Scope): readonly Reason[] {
  const found: Reason[] = [];
  const open: Part[] = [[root, scope]];
  for (let looked = 0; looked < nodesMax; looked += 1) {
    const [node, own] = open.shift() ?? [];
    if (node === undefined || own === undefined) break;
    found.push(...mistakeIn(node, own));
    open.unshift(...partsOf(node, own));
  }
  return found;
}

function mistakeIn(node: AstNode, scope: Scope): readonly Reason[] {
  if (node.type === 'path') {
    const missed = stepsOf(node, scope).flatMap((step) => missedKey(step, scope) ?? []);
    return missed.filter(({ isSlip }) => isSlip === true);
  }
  if (node.type !== 'binary' || node.value !== '&') return [];
  if (scope.observed.of(node).length === 0) return [];
  const sides = [node.lhs, node.rhs].filter(isNode);
  return sides
    .filter((side) => resultsOf(side, scope.observed).length === 0)
    .flatMap((side) => scope.explain(side, scope));
}

type Part = readonly [AstNode, Scope];

/** The nodes below one, each with the place that its own paths start from. */
function partsOf(node: AstNode, scope: Scope): readonly Part[] {
  if (node.type !== 'path') {
    const place = { ...stepPlace(scope.place, node, true), isList: true };
    return [...childrenOf(node).map((child) => [child, scope] as const), ...filterParts(node, { ...scope, place })];
  }
  return stepsOf(node, scope).flatMap(({ node: step, from, to }) => {
    const own = { ...scope, place: from };
    const parts = step.type === 'name' ? [] : childrenOf(step).map((child) => [child, own] as const);
    return [...parts, ...filterParts(step, { ...scope, place: to })];
  });
}

const filterParts = (node: AstNode, scope: Scope): readonly Part[] =>
  filtersOf(node).flatMap(({ expr }) => (expr === undefined ? [] : [[expr, scope] as const]));
