import type { AstNode } from '../static/ast.ts';
import { isNode, nodesAt } from '../static/ast.ts';
import { type Closure, type Scope, uncovered } from './closure.ts';
import { compileFilter } from './filter.ts';
import type { Frame } from './frame.ts';
import type { List } from './sequence.ts';

/** A step of a path that takes all items at once. */
export type OfAll = (items: List, frame: Frame) => List;

/** The interpreter's own sort copies what is left at each step; what is longer is its to time out on. */
const sortedMax = 10_000;

/** `^(>a, b)`. */
export function compileSort(node: AstNode, scope: Scope): OfAll {
  const terms = termsOf(node).map(({ expression, descending }) => ({
    term: scope.part(expression),
    sign: descending === true ? -1 : 1,
  }));
  const filters = nodesAt(node, 'stages').map((stage) => compileFilter(stage, scope));
  return (items, frame) => {
    const sorted = items.length <= 1 ? items : sortedBy(items, terms, frame);
    return filters.reduce((left, filter) => filter(left, frame), sorted);
  };
}

interface Term {
  readonly term: Closure;
  readonly sign: number;
}

interface WrittenTerm {
  readonly expression: unknown;
  readonly descending: unknown;
}

const termsOf = ({ terms }: AstNode): readonly WrittenTerm[] =>
  Array.isArray(terms) && terms.every((term: WrittenTerm) => isNode(term.expression)) ? terms : uncovered();

type Key = string | number | undefined;

function sortedBy(items: List, terms: readonly Term[], frame: Frame): List {
  if (items.length > sortedMax) uncovered();
  const keyed = items.map((item) => ({ item, keys: terms.map(({ term }) => keyOf(term(item, frame))) }));
  for (const index of terms.keys()) requireOneType(keyed.map(({ keys }) => keys[index]));
  return keyed.toSorted((a, b) => compare(a.keys, b.keys, terms)).map(({ item }) => item);
}

const keyOf = (value: unknown): Key =>
  value === undefined || typeof value === 'string' || typeof value === 'number' ? value : uncovered();

/** Which of two types that cannot be compared come to be depends on how the interpreter sorts. */
function requireOneType(keys: readonly Key[]): void {
  const types = new Set(keys.map((key) => typeof key));
  types.delete('undefined');
  if (types.size > 1) uncovered();
}

function compare(a: readonly Key[], b: readonly Key[], terms: readonly Term[]): number {
  for (const [index, { sign }] of terms.entries()) {
    const [left, right] = [a[index], b[index]];
    if (left === right) continue;
    // Nothing comes last, whichever way it goes.
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  }
  return 0;
}
