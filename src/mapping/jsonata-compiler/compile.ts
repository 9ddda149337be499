import { type AstNode, isNode, nodesAt, nodesOf } from '../static/ast.ts';
import { compileApply, compileCall } from './calls.ts';
import { type Closure, isBare, type Scope, Uncovered, uncovered } from './closure.ts';
import { compileList, compileObject } from './constructors.ts';
import { compileFilter } from './filter.ts';
import { Frame } from './frame.ts';
import { compileBinary, compileNegation } from './operators.ts';
import { compilePath } from './path.ts';
import { isList, sequenceOf, settled } from './sequence.ts';
import { isTrue } from './truth.ts';
import { hasMark } from './value.ts';
import { wildcard } from './wildcard.ts';

/** A compiled expression. Throws `Uncovered`, `TimeSpent` and what mapping functions throw. */
export type Compiled = (input: unknown, bindings: Readonly<Record<string, unknown>>) => unknown;

/**
 * Parts of an expression: each is on the interpreter's stack once at most, as none of what is compiled calls itself, so
 * fewer than its guardrail allows never reach that.
 */
export const partsMax = 500;

/** What binds more than one value at once, which only the interpreter does. */
const tupleMarks = ['tuple', 'focus', 'index', 'ancestor', 'seekingParent'];

/**
 * An expression as JavaScript closures, made of JSONata's own syntax tree; undefined where it has something that is left
 * to the interpreter. `variables` are the names that the bindings give.
 */
export function compileToClosures(ast: AstNode, variables: readonly string[]): Compiled | undefined {
  const parts = Array.from(nodesOf(ast));
  if (parts.length > partsMax || parts.some((part) => tupleMarks.some((mark) => mark in part))) return undefined;
  try {
    const closure = compileAll(ast, new Set(variables));
    return (input, bindings) => closure(isList(input) ? wrapped(input) : input, new Frame(input, bindings));
  } catch (error) {
    if (error instanceof Uncovered) return undefined;
    throw error;
  }
}

/** A list is one context, not one for each of its items. */
function wrapped(input: unknown): unknown {
  const sequence = sequenceOf([input]);
  sequence.outerWrapper = true;
  return sequence;
}

function compileAll(ast: AstNode, variables: ReadonlySet<string>): Closure {
  let places = 0;
  const scopeWith = (locals: ReadonlyMap<string, number>): Scope => {
    const scope: Scope = {
      variables,
      locals,
      part: (node) => compilePart(isNode(node) ? node : uncovered(), scope),
      binding: (name) => {
        const place = places;
        places += 1;
        return { place, inner: scopeWith(new Map([...locals, [name, place]])) };
      },
    };
    return scope;
  };
  return scopeWith(new Map()).part(ast);
}

function compilePart(node: AstNode, scope: Scope): Closure {
  if ('group' in node) return uncovered();
  const closure = compileNode(node, scope);
  if (isLiteral(node) && isBare(node)) return closure;
  const filters = nodesAt(node, 'predicate').map((stage) => compileFilter(stage, scope));
  const keepsArray = node.keepArray === true;
  if (filters.length === 0) {
    return (input, frame) => {
      const value = closure(input, frame);
      return isList(value) ? settled(value, keepsArray) : value;
    };
  }
  return (input, frame) => {
    let value = closure(input, frame);
    for (const filter of filters) value = filter(value, frame);
    return settled(value, keepsArray);
  };
}

const isLiteral = ({ type }: AstNode): boolean => type === 'string' || type === 'number' || type === 'value';

function compileNode(node: AstNode, scope: Scope): Closure {
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
      return literal(node.value);
    case 'path':
      return compilePath(node, scope);
    case 'variable':
      return compileVariable(String(node.value), scope);
    case 'function':
      return compileCall(node, scope);
    case 'apply':
      return compileApply(node, scope);
    case 'binary':
      return compileBinary(node, scope);
    case 'unary':
      return compileUnary(node, scope);
    case 'condition':
      return compileCondition(node, scope);
    case 'block':
      return compileBlock(node, scope);
    case 'wildcard':
      return wildcard;
    default:
      return uncovered();
  }
}

const literal =
  (value: unknown): Closure =>
  () =>
    value;

function compileUnary(node: AstNode, scope: Scope): Closure {
  switch (node.value) {
    case '-':
      return compileNegation(node, scope);
    case '[':
      return compileList(node, scope);
    case '{':
      return compileObject(node, scope);
    default:
      return uncovered();
  }
}

function compileVariable(name: string, { variables, locals }: Scope): Closure {
  if (name === '') return contextItself;
  if (name === '$') return (_input, { root }) => root;
  const place = locals.get(name);
  if (place !== undefined) return (_input, frame) => frame.locals[place];
  if (!variables.has(name)) return uncovered();
  // A name that is not bound yet may be one of the interpreter's functions.
  return (_input, { bindings }) => (Object.hasOwn(bindings, name) ? bindings[name] : uncovered());
}

const contextItself: Closure = (input) => {
  if (!hasMark(input, 'outerWrapper')) return input;
  return isList(input) ? input[0] : uncovered();
};

function compileCondition({ condition, then, else: otherwise }: AstNode, scope: Scope): Closure {
  const test = scope.part(condition);
  const yes = scope.part(then);
  const no = otherwise === undefined ? () => undefined : scope.part(otherwise);
  return (input, frame) => (isTrue(test(input, frame)) ? yes(input, frame) : no(input, frame));
}

/** `(…; …)`. What it binds is known to what comes after it, up to the end of the block. */
function compileBlock(node: AstNode, outer: Scope): Closure {
  let scope = outer;
  const parts = nodesAt(node, 'expressions').map((expression): Closure => {
    if (expression.type !== 'bind') return scope.part(expression);
    const { lhs, rhs } = expression;
    const value = scope.part(rhs);
    if (!isNode(lhs) || lhs.type !== 'variable' || lhs.value === '' || lhs.value === '$' || !isBare(expression))
      return uncovered();
    const { place, inner } = scope.binding(String(lhs.value));
    scope = inner;
    return (input, frame) => {
      frame.locals[place] = value(input, frame);
      return frame.locals[place];
    };
  });
  return (input, frame) => {
    let last: unknown;
    for (const part of parts) last = part(input, frame);
    return last;
  };
}
