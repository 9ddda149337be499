import { functionNames } from '../function-names.ts';
import { type AstNode, nodeAt, nodesAt } from './ast.ts';

/** What an expression certainly comes to, where it comes to anything; `lists` gives one entry by itself. */
export type ResultKind = 'boolean' | 'number' | 'text' | 'null' | 'list' | 'lists' | 'block' | 'function' | 'unknown';

const returns: Readonly<Record<Exclude<ResultKind, 'unknown' | 'null' | 'function'>, string>> = {
  boolean: 'boolean contains exists not',
  number: 'abs average ceil count floor length max millis min number parseInteger power round sqrt sum toMillis',
  text: `base64decode base64encode decodeUrl decodeUrlComponent e164 encodeUrl encodeUrlComponent formatBase formatInteger
    formatNumber fromMillis iso join lowercase now pad replace sha256 stableId string substring substringAfter substringBefore
    trim type uppercase`,
  list: 'split',
  lists: 'append distinct each filter keys map match reverse sort spread zip',
  block: 'merge money utm',
};
const kindOfCall = new Map<string, ResultKind>(
  Object.entries(returns).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name): [string, ResultKind] => [name, kind as ResultKind]),
  ),
);

const comparisons = ['=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in'];
const calculations = ['+', '-', '*', '/', '%'];

export function kindOf(node: AstNode): ResultKind {
  // A filter may leave one entry, several or none; what groups makes a block.
  if (nodesAt(node, 'predicate').length > 0) return 'unknown';
  if (node.group !== undefined) return 'block';
  if (node.keepArray === true) return 'list';
  switch (node.type) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'value':
      return node.value === null ? 'null' : 'boolean';
    case 'unary':
      return node.value === '[' ? 'list' : node.value === '{' ? 'block' : 'number';
    case 'binary':
      return kindOfOperator(String(node.value));
    case 'condition':
      return same(nodeAt(node, 'then'), nodeAt(node, 'else'));
    case 'block':
      return kindOrUnknown(nodesAt(node, 'expressions').at(-1));
    case 'bind':
      return kindOrUnknown(nodeAt(node, 'rhs'));
    case 'path':
      return kindOfPath(node);
    case 'function':
      return kindOfFunction(nodeAt(node, 'procedure'));
    case 'apply':
      return kindOfApplied(nodeAt(node, 'rhs'));
    case 'variable':
      return functionNames.includes(String(node.value)) ? 'function' : 'unknown';
    case 'lambda':
    case 'partial':
    case 'regex':
    case 'transform':
      return 'function';
    default:
      return 'unknown';
  }
}

const kindOrUnknown = (node: AstNode | undefined): ResultKind => (node === undefined ? 'unknown' : kindOf(node));

function same(one: AstNode | undefined, other: AstNode | undefined): ResultKind {
  const kind = kindOrUnknown(one);
  // Without its second half a condition gives nothing.
  return other === undefined || kindOf(other) === kind ? kind : 'unknown';
}

function kindOfOperator(operator: string): ResultKind {
  if (comparisons.includes(operator)) return 'boolean';
  if (calculations.includes(operator)) return 'number';
  return operator === '&' ? 'text' : operator === '..' ? 'list' : 'unknown';
}

function kindOfPath(path: AstNode): ResultKind {
  if (path.keepSingletonArray === true) return 'list';
  const steps = nodesAt(path, 'steps');
  const last = steps.at(-1);
  if (last === undefined || nodesAt(last, 'stages').length > 0) return 'unknown';
  const kind = kindOf(last);
  // A step is taken for every entry of what is before it.
  return steps.length === 1 || kind === 'list' || kind === 'block' ? kind : 'unknown';
}

const kindOfFunction = (procedure: AstNode | undefined): ResultKind =>
  (procedure?.type === 'variable' ? kindOfCall.get(String(procedure.value)) : undefined) ?? 'unknown';

/** `a ~> $f` and `a ~> $f(b)`. */
function kindOfApplied(applied: AstNode | undefined): ResultKind {
  if (applied?.type === 'function') return kindOfFunction(nodeAt(applied, 'procedure'));
  return applied?.type === 'variable' ? kindOfFunction(applied) : 'unknown';
}
