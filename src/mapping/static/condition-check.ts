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
  if (node.value === 'and') return left ?? right ?? contradiction(node);
  if (node.value === 'or') return left !== undefined && right !== undefined ? left : undefined;
  if (!['=', '<', '<=', '>', '>='].includes(String(node.value))) return undefined;
  const [one, other] = sides.map(kindOf);
  if (one === undefined || other === undefined) return undefined;
  if (one === other) return unequalValues(node, sides);
  if (!isComparable(one) || !isComparable(other)) return undefined;
  const message = `compares ${spoken(one)} with ${spoken(other)}, which is never true`;
  return {
    severity: 'error',
    node,
    message,
    hint: 'make both of one kind: $number("5") is a number, $string(5) a text',
  };
}

/** `1 = 2` */
function unequalValues(node: AstNode, [left, right]: readonly AstNode[]): NeverTrue | undefined {
  const literals = ['number', 'string'];
  if (node.value !== '=' || left === undefined || right === undefined) return undefined;
  if (!literals.includes(left.type) || !literals.includes(right.type) || left.value === right.value) return undefined;
  const message = `${JSON.stringify(left.value)} is never ${JSON.stringify(right.value)}`;
  return { severity: 'error', node, message, hint: 'remove it, or the whole condition: it never holds' };
}

/** One path that has to be two values at once. */
function contradiction(node: AstNode): NeverTrue | undefined {
  const wanted = new Map<string, unknown>();
  for (const comparison of andParts(node)) {
    const { path, value } = comparedText(comparison) ?? {};
    if (path === undefined) continue;
    if (!wanted.has(path)) wanted.set(path, value);
    else if (wanted.get(path) !== value) {
      const message = `${path} cannot be ${JSON.stringify(wanted.get(path))} and ${JSON.stringify(value)} at once`;
      return {
        severity: 'error',
        node,
        message,
        hint: `write or between them, or  ${path} in [${JSON.stringify(wanted.get(path))}, ${JSON.stringify(value)}]`,
      };
    }
  }
  return undefined;
}

export function andParts(node: AstNode): readonly AstNode[] {
  if (node.type !== 'binary' || node.value !== 'and') return [node];
  return [nodeAt(node, 'lhs'), nodeAt(node, 'rhs')].flatMap((side) => (side === undefined ? [] : andParts(side)));
}

/** `type = "a"`: a plain path and the text it has to be. */
export function comparedText(node: AstNode): { readonly path: string; readonly value: string } | undefined {
  if (node.type !== 'binary' || node.value !== '=') return undefined;
  const [left, right] = [nodeAt(node, 'lhs'), nodeAt(node, 'rhs')];
  const [path, literal] = left?.type === 'string' ? [right, left] : [left, right];
  if (path === undefined || literal?.type !== 'string' || typeof literal.value !== 'string') return undefined;
  const steps = nodesAt(path, 'steps');
  const isPlain =
    path.type === 'path' &&
    steps.every(
      (step) => ['name', 'variable'].includes(step.type) && step.stages === undefined && step.predicate === undefined,
    );
  if (!isPlain) return undefined;
  const name = steps.map(({ type, value }) => (type === 'variable' ? `$${String(value)}` : String(value))).join('.');
  return { path: name, value: literal.value };
}

const isComparable = (kind: ResultKind): boolean => ['boolean', 'null', 'number', 'text'].includes(kind);
const spoken = (kind: ResultKind): string => named[kind] ?? 'true or false';
