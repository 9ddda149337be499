import { type AstNode, isNode, nodeAt, nodesAt } from '../static/ast.ts';
import { alsoReading, anyMemberOf, anyOf, madeOf, memberOf, nothing, type Value } from './place.ts';

/** What an expression sees: names without their `$`. */
export interface Scope {
  readonly variables: ReadonlyMap<string, Value>;
  /** `$$`, and the start of a path that names no variable. */
  readonly input: Value;
  /** What a path starts from here: `$`. */
  readonly context: Value;
}

/** Functions that give back what they are given, or a part of it. */
const passing = new Set([
  ...['firstOf', 'require', 'append', 'distinct', 'filter', 'reverse', 'single', 'sort', 'shuffle', 'lookup', 'spread'],
  ...['max', 'min', 'sift', 'merge', 'pick'],
]);

/**
 * Where the value of an expression comes from, by its syntax tree alone. Too much rather than too little: a condition
 * counts with both its branches, and a function with all its arguments.
 */
export function originOf(node: AstNode | undefined, scope: Scope): Value {
  if (node === undefined) return nothing;
  return filtered(node, plainOriginOf(node, scope), scope);
}

function plainOriginOf(node: AstNode, scope: Scope): Value {
  switch (node.type) {
    case 'path':
      return pathValue(node, scope);
    case 'name':
      return memberOf(scope.context, String(node.value));
    case 'wildcard':
      return anyMemberOf(scope.context, '*');
    case 'descendant':
      return anyMemberOf(scope.context, '**');
    case 'variable':
      return variableValue(String(node.value), scope);
    case 'function':
    case 'partial':
      return callValue(node, nodesAt(node, 'arguments'), scope);
    case 'apply':
      return applied(node, scope);
    case 'lambda':
      return lambdaValue(node, [], scope);
    case 'block':
      return blockValue(nodesAt(node, 'expressions'), scope);
    case 'bind':
      return originOf(nodeAt(node, 'rhs'), scope);
    case 'condition':
      return alsoReading(anyOf([originOf(nodeAt(node, 'then'), scope), originOf(nodeAt(node, 'else'), scope)]), [
        originOf(nodeAt(node, 'condition'), scope),
      ]);
    case 'unary':
      return unaryValue(node, scope);
    default:
      return madeOf(partsOf(node, scope));
  }
}

/** All that a node is put together of, whatever it is. */
const partsOf = (node: AstNode, scope: Scope): readonly Value[] =>
  Object.values(node)
    .flatMap((member: unknown) => (Array.isArray(member) ? member.flat() : [member]))
    .filter(isNode)
    .map((part) => originOf(part, scope));

function variableValue(name: string, { variables, input, context }: Scope): Value {
  if (name === '') return context;
  return name === '$' ? input : (variables.get(name) ?? nothing);
}

function pathValue(path: AstNode, scope: Scope): Value {
  let { context, variables } = scope;
  for (const step of nodesAt(path, 'steps')) {
    const within = { ...scope, variables, context };
    if (step.type === 'sort') context = alsoReading(context, sortTerms(step, within));
    else if (step.type === 'parent') context = parentOf(context);
    else {
      const found = originOf(step, within);
      // `@$item` names what was found and stays where it was.
      if (typeof step.focus === 'string') variables = new Map([...variables, [step.focus, found]]);
      else context = found;
    }
  }
  const group = path.group;
  return group === undefined ? context : madeOf([...pairsOf(group, { ...scope, variables, context })].flat());
}

const sortTerms = (step: AstNode, scope: Scope): readonly Value[] => {
  const terms = Array.isArray(step.terms) ? (step.terms as readonly { readonly expression?: unknown }[]) : [];
  return terms.flatMap(({ expression }) => (isNode(expression) ? [originOf(expression, scope)] : []));
};

const parentOf = ({ copies, reads }: Value): Value => ({
  copies: copies.map(({ root, keys }) => ({ root, keys: keys.slice(0, -1) })),
  reads,
});

/** With what its filters look at; a position looks at nothing. */
function filtered(node: AstNode, value: Value, scope: Scope): Value {
  const filters = [...nodesAt(node, 'predicate'), ...nodesAt(node, 'stages')];
  const within = { ...scope, context: value };
  return filters.reduce((rest, { expr }) => (isNode(expr) ? alsoReading(rest, [originOf(expr, within)]) : rest), value);
}

function callValue(node: AstNode, given: readonly AstNode[], scope: Scope): Value {
  const procedure = nodeAt(node, 'procedure');
  const [lambda] = given.filter(({ type }) => type === 'lambda');
  const args = given.filter((arg) => arg !== lambda).map((arg) => originOf(arg, scope));
  const [first = nothing] = args;
  const name = procedure?.type === 'variable' ? String(procedure.value) : undefined;
  const own =
    procedure === undefined || scope.variables.get(name ?? '') === undefined ? [] : [originOf(procedure, scope)];
  const inner = lambda === undefined ? [] : [lambdaValue(lambda, [first], scope)];
  if (name === 'map' && inner.length > 0) return alsoReading(anyOf(inner), own);
  if (name === 'lookup') return lookedUp(first, given[1], args);
  if (name !== undefined && passing.has(name)) return alsoReading(anyOf(args), [...inner, ...own]);
  const called = name === undefined && procedure !== undefined ? [originOf(procedure, scope)] : own;
  return madeOf([...args, ...inner, ...called]);
}

/** `$lookup(object, "key")` is `object.key`. */
function lookedUp(object: Value, key: AstNode | undefined, args: readonly Value[]): Value {
  if (key?.type === 'string') return memberOf(object, String(key.value));
  return alsoReading(anyMemberOf(object, '*'), args.slice(1));
}

/** `a ~> $f(b)` is `$f(a, b)`. */
function applied(node: AstNode, scope: Scope): Value {
  const [left, right] = [nodeAt(node, 'lhs'), nodeAt(node, 'rhs')];
  if (left === undefined || right === undefined) return nothing;
  if (right.type === 'function') return callValue(right, [left, ...nodesAt(right, 'arguments')], scope);
  if (right.type === 'variable') return callValue({ type: 'function', procedure: right }, [left], scope);
  return madeOf([originOf(left, scope), originOf(right, scope)]);
}

/** What a function of the mapping's own comes to, where its parameters are these; unknown ones are nothing. */
function lambdaValue(lambda: AstNode, given: readonly Value[], scope: Scope): Value {
  const named = nodesAt(lambda, 'arguments').map((parameter, index): [string, Value] => [
    String(parameter.value),
    given[index] ?? nothing,
  ]);
  return originOf(nodeAt(lambda, 'body'), { ...scope, variables: new Map([...scope.variables, ...named]) });
}

function blockValue(expressions: readonly AstNode[], scope: Scope): Value {
  let { variables } = scope;
  let last = nothing;
  for (const expression of expressions) {
    last = originOf(expression, { ...scope, variables });
    const name = expression.type === 'bind' ? nodeAt(expression, 'lhs')?.value : undefined;
    if (name !== undefined) variables = new Map([...variables, [String(name), last]]);
  }
  return last;
}

function unaryValue(node: AstNode, scope: Scope): Value {
  if (node.value === '[') return anyOf(nodesAt(node, 'expressions').map((item) => originOf(item, scope)));
  if (node.value !== '{') return madeOf([originOf(nodeAt(node, 'expression'), scope)]);
  const pairs = pairsOf(node, scope);
  const keys = (Array.isArray(node.lhs) ? node.lhs : []).map(([key]) => key as unknown);
  const isPlain = keys.every((key) => isNode(key) && key.type === 'string');
  if (!isPlain) return madeOf(pairs.flat());
  const members = keys.map((key, index): [string, Value] => [
    isNode(key) ? String(key.value) : '',
    pairs[index]?.[1] ?? nothing,
  ]);
  return { ...nothing, members: new Map(members) };
}

/** The keys and values that a block in braces is made of. */
function pairsOf(group: unknown, scope: Scope): readonly (readonly [Value, Value])[] {
  const lhs = typeof group === 'object' && group !== null && 'lhs' in group ? group.lhs : [];
  const pairs = Array.isArray(lhs) ? (lhs as readonly (readonly unknown[])[]) : [];
  const value = (node: unknown): Value => (isNode(node) ? originOf(node, scope) : nothing);
  return pairs.map(([key, member]) => [value(key), value(member)]);
}
