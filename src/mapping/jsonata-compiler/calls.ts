import { mappingFunctions } from '../functions.ts';
import { type AstNode, isNode, nodesAt } from '../static/ast.ts';
import { type Closure, isBare, type Scope, uncovered } from './closure.ts';
import { type Call, nativeFunction } from './native-functions.ts';
import { patternFunction, textFunction } from './text-functions.ts';
import { noFunction } from './value.ts';

/** `$f(a, b)`. */
export function compileCall(node: AstNode, scope: Scope): Closure {
  const name = functionName(node.procedure, scope);
  const written = nodesAt(node, 'arguments');
  if (isClock(name) && written.length === 0) return clock(name);
  const { call, rest } = functionFor(name, written);
  return called(call, rest.map(scope.part));
}

/** `a ~> $f(b)` and `a ~> $f`. */
export function compileApply({ lhs, rhs }: AstNode, scope: Scope): Closure {
  if (!isNode(rhs) || !isBare(rhs)) return uncovered();
  const first = scope.part(lhs);
  if (rhs.type === 'function') {
    const { call, rest } = functionFor(functionName(rhs.procedure, scope), nodesAt(rhs, 'arguments'));
    return called(call, [first, ...rest.map(scope.part)]);
  }
  const { call } = functionFor(functionName(rhs, scope), []);
  // A function that is not called in the text has no context to take a missing argument from.
  return called((args) => call(args, null), [first]);
}

function called(call: Call, parameters: readonly Closure[]): Closure {
  return (input, frame) => {
    const args: unknown[] = [];
    for (const parameter of parameters) args.push(noFunction(parameter(input, frame)));
    return noFunction(call(args, input));
  };
}

interface Function {
  readonly call: Call;
  /** The arguments that are not part of the function already. */
  readonly rest: readonly AstNode[];
}

function functionFor(name: string, written: readonly AstNode[]): Function {
  // With a picture it reads the clock for what the picture leaves out.
  if (name === 'toMillis' && written.length > 1) return uncovered();
  const last = written.at(-1);
  if (last?.type === 'regex') return { call: patternFunction(name, last), rest: written.slice(0, -1) };
  return { call: functionNamed(name), rest: written };
}

function functionNamed(name: string): Call {
  const own = mappingFunctions.find((candidate) => candidate.name === name)?.call;
  if (own !== undefined) return (args) => own(...args);
  return textFunction(name) ?? nativeFunction(name) ?? uncovered();
}

/** A variable may hold a function too, one that the expression makes itself: those are not compiled. */
function functionName(procedure: unknown, { variables, locals }: Scope): string {
  if (!isNode(procedure) || procedure.type !== 'variable' || !isBare(procedure)) return uncovered();
  const name = String(procedure.value);
  return variables.has(name) || locals.has(name) ? uncovered() : name;
}

const isClock = (name: string): boolean => name === 'now' || name === 'millis';

/** The bindings tell the time, so that it is the same at every try. */
const clock =
  (name: string): Closure =>
  (_input, { bindings }) => {
    const tell = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    return typeof tell === 'function' ? noFunction(tell()) : uncovered();
  };
