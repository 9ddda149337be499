import { type AstNode, nodeAt, nodesAt } from './ast.ts';
import { kindOf, type ResultKind } from './result-kind.ts';

/** Why a condition is never true. */
export interface NeverTrue {
  /** `false` may be there on purpose, to switch something off. */
  readonly severity: 'error' | 'warning';
  readonly node: AstNode;
  readonly message: string;
  readonly hint: string;
}

const named: Readonly<Partial<Record<ResultKind, string>>> = {
  block: 'a block of keys',
  function: 'a function',
  list: 'a list',
  null: 'null',
  number: 'a number',
  text: 'a text',
};

export function neverTrue(node: AstNode): NeverTrue | undefined {
  const kind = kindOf(node);
  const name = named[kind];
  if (name !== undefined)
    return { severity: 'error', node, message: `gives ${name}, so it is never exactly true`, hint: hintFor(kind) };
  if (node.type === 'value' && node.value === false)
    return {
      severity: 'warning',
      node,
      message: 'is never true',
      hint: 'to switch a mapping off, write enabled: false',
    };
  if (node.type === 'block') return nodesAt(node, 'expressions').slice(-1).map(neverTrue)[0];
  return node.type === 'binary' ? neverTrueOperator(node) : undefined;
}

function hintFor(kind: ResultKind): string {
  if (kind === 'number') return 'compare it, as in … > 0';
  return kind === 'function'
    ? 'call it with (), and compare what it gives'
    : 'compare it, as in … = "paid", or ask $exists(…)';
}

function neverTrueOperator(node: AstNode): NeverTrue | undefined {
  const sides = [nodeAt(node, 'lhs'), nodeAt(node, 'rhs')].filter((side) => side !== undefined);
  // The sides of `and` and `or` need not be exactly true; but what compares what cannot be equal is false for ever.
  const [left, right] = sides.map((side) => (side.type === 'binary' ? neverTrueOperator(side) : undefined));
  if (node.value === 'and') return left ?? right;
  if (node.value === 'or') return left !== undefined && right !== undefined ? left : undefined;
  if (!['=', '<', '<=', '>', '>='].includes(String(node.value))) return undefined;
  const [one, other] = sides.map(kindOf);
  if (one === undefined || other === undefined || one === other) return undefined;
  if (!isComparable(one) || !isComparable(other)) return undefined;
  const message = `compares ${spoken(one)} with ${spoken(other)}, which is never true`;
  return {
    severity: 'error',
    node,
    message,
    hint: 'make both of one kind: $number("5") is a number, $string(5) a text',
  };
}

const isComparable = (kind: ResultKind): boolean => ['boolean', 'null', 'number', 'text'].includes(kind);
const spoken = (kind: ResultKind): string => named[kind] ?? 'true or false';
