import type { AstNode } from '../static/ast.ts';
import { type Closure, type Scope, uncovered } from './closure.ts';
import { isEqualInside, textOf } from './native-functions.ts';
import { isList, itemsMax, sequenceOf } from './sequence.ts';
import { isTrue } from './truth.ts';
import { isNumber, isObject } from './value.ts';

/** What an operator makes of its two sides. */
type Operation = (left: unknown, right: unknown) => unknown;

/** `a + b` and its like. Throws `Uncovered` where the node is none of them. */
export function compileBinary({ value: operator, lhs, rhs }: AstNode, scope: Scope): Closure {
  const left = scope.part(lhs);
  const right = scope.part(rhs);
  switch (operator) {
    case 'and':
      return (input, frame) => isTrue(left(input, frame)) && isTrue(right(input, frame));
    case 'or':
      return (input, frame) => isTrue(left(input, frame)) || isTrue(right(input, frame));
    default: {
      const operation = operations.get(operator) ?? uncovered();
      return (input, frame) => operation(left(input, frame), right(input, frame));
    }
  }
}

/** `-a`. */
export function compileNegation({ expression }: AstNode, scope: Scope): Closure {
  const operand = scope.part(expression);
  return (input, frame) => {
    const value = operand(input, frame);
    if (value === undefined) return undefined;
    return isNumber(value) ? -value : uncovered();
  };
}

const arithmetic =
  (calculate: (left: number, right: number) => number): Operation =>
  (left, right) => {
    if ((left !== undefined && !isNumber(left)) || (right !== undefined && !isNumber(right))) uncovered();
    return left === undefined || right === undefined ? undefined : calculate(left as number, right as number);
  };

type Comparable = string | number;

const comparison =
  (compare: (left: Comparable, right: Comparable) => boolean): Operation =>
  (left, right) => {
    if (!isComparable(left) || !isComparable(right)) return uncovered();
    if (left === undefined || right === undefined) return undefined;
    return typeof left === typeof right ? compare(left, right) : uncovered();
  };

const isComparable = (value: unknown): value is Comparable | undefined =>
  value === undefined || typeof value === 'string' || typeof value === 'number';

const isEqual = (left: unknown, right: unknown): boolean =>
  left === right || (isObject(left) && isObject(right) && isEqualInside(left, right));

const isThere = (left: unknown, right: unknown): boolean => left !== undefined && right !== undefined;

const operations: ReadonlyMap<unknown, Operation> = new Map<string, Operation>([
  ['+', arithmetic((left, right) => left + right)],
  ['-', arithmetic((left, right) => left - right)],
  ['*', arithmetic((left, right) => left * right)],
  ['/', arithmetic((left, right) => left / right)],
  ['%', arithmetic((left, right) => left % right)],
  ['<', comparison((left, right) => left < right)],
  ['<=', comparison((left, right) => left <= right)],
  ['>', comparison((left, right) => left > right)],
  ['>=', comparison((left, right) => left >= right)],
  ['=', (left, right) => isThere(left, right) && isEqual(left, right)],
  ['!=', (left, right) => isThere(left, right) && !isEqual(left, right)],
  ['&', (left, right) => (textOf(left) ?? '') + (textOf(right) ?? '')],
  ['in', isIn],
  ['..', range],
]);

function isIn(item: unknown, list: unknown): boolean {
  if (!isThere(item, list)) return false;
  return isList(list) ? list.some((other) => other === item) : list === item;
}

function range(first: unknown, last: unknown): unknown {
  if ((first !== undefined && !Number.isSafeInteger(first)) || (last !== undefined && !Number.isSafeInteger(last)))
    uncovered();
  if (typeof first !== 'number' || typeof last !== 'number' || first > last) return undefined;
  const length = last - first + 1;
  if (length > itemsMax) uncovered();
  return sequenceOf(Array.from({ length }, (_, index) => first + index));
}
