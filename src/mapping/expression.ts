import jsonata from 'jsonata';
import type { Json } from '../model/json.ts';
import { refusal, refusedFunctions } from './function-names.ts';
import { mappingFunctions, RequirementUnmet, SkipSignal } from './functions.ts';
import { type Compiled, compileToClosures, partsMax } from './jsonata-compiler/compile.ts';
import { evaluationMsMax, TimeSpent } from './jsonata-compiler/frame.ts';
import { itemsMax } from './jsonata-compiler/sequence.ts';
import { type AstNode, isNode } from './static/ast.ts';
import type { ExpressionProblem } from './static/expression-problem.ts';
import { checkNames } from './static/name-check.ts';
import { syntaxFault } from './static/syntax-fault.ts';
import { toJson } from './to-json.ts';

/**
 * JSONata's own guardrails: milliseconds per expression, call depth, items in a sequence. They stop loops and
 * recursion; a regular expression or one huge string is stopped by the evaluator's deadline and memory limit.
 */
const guardrails = { timeout: evaluationMsMax, stack: partsMax, sequence: itemsMax };

export type Bindings = Readonly<Record<string, unknown>>;

export interface Expression {
  readonly text: string;
  /**
   * The value as JSON; undefined where the expression yields nothing. A promise only where the interpreter is asked, and
   * one that does not reject.
   */
  evaluate(input: Json, bindings: Bindings): Evaluated | Promise<Evaluated>;
}

/** What an expression came to. Faults are of the mapping or the event, so they are values. */
export type Evaluated =
  | { readonly kind: 'value'; readonly value: Json | undefined }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fault'; readonly message: string };

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

export interface CompileOptions {
  /** The names beyond the functions that the expression may use. */
  readonly variables: readonly string[];
  /** Leaves everything to the interpreter. */
  readonly interprets?: boolean | undefined;
}

export function compileExpression(text: string, { variables, interprets = false }: CompileOptions): CompiledExpression {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return { ok: false, problems: [parsed.problem] };
  const problems = checkNames(parsed.ast, variables);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    expression: expressionOf(text, interprets ? undefined : compileToClosures(parsed.ast, variables)),
  };
}

function expressionOf(text: string, compiled: Compiled | undefined): Expression {
  // What the parser leaves behind is many times the size of closures, so it is kept only where it is needed.
  let interpreter: jsonata.Expression | undefined;
  const interpreted = (input: Json, bindings: Bindings): Promise<Evaluated> => {
    interpreter ??= withFunctions(jsonata(text, guardrails));
    return interpret(interpreter, input, bindings);
  };
  return {
    text,
    evaluate: (input, bindings) =>
      (compiled && evaluateCompiled(compiled, input, bindings)) ?? interpreted(input, bindings),
  };
}

export type ParsedExpression = { readonly ast: AstNode } | { readonly problem: ExpressionProblem };

/** An expression's syntax tree, or why it has none. */
export function parseExpression(text: string): ParsedExpression {
  try {
    const ast: unknown = jsonata(text, guardrails).ast();
    return { ast: isNode(ast) ? ast : { type: 'unknown' } };
  } catch (error) {
    // The parser reports every mistake by throwing.
    return { problem: syntaxFault(text, error) };
  }
}

/** Bound once and not at every evaluation; what an evaluation binds itself comes before them. */
function withFunctions(expression: jsonata.Expression): jsonata.Expression {
  for (const { name, call } of mappingFunctions) expression.assign(name, call);
  for (const name of Object.keys(refusedFunctions))
    expression.assign(name, () => {
      throw new RequirementUnmet(refusal(name) ?? name);
    });
  return expression;
}

/** Undefined where only the interpreter knows what comes of it: nothing has been done until then. */
function evaluateCompiled(compiled: Compiled, input: Json, bindings: Bindings): Evaluated | undefined {
  try {
    return evaluatedTo(compiled(input, bindings));
  } catch (error) {
    if (error instanceof SkipSignal || error instanceof RequirementUnmet || error instanceof TimeSpent)
      return endedBy(error);
    // Whatever else was thrown, the interpreter has the words for it.
    return undefined;
  }
}

async function interpret(expression: jsonata.Expression, input: Json, bindings: Bindings): Promise<Evaluated> {
  try {
    return evaluatedTo(await expression.evaluate(input, bindings));
  } catch (error) {
    // JSONata reports what goes wrong in an expression by throwing, and so do $skip and $require through it.
    return endedBy(error);
  }
}

function evaluatedTo(result: unknown): Evaluated {
  const converted = toJson(result);
  return 'fault' in converted ? { kind: 'fault', message: converted.fault } : { kind: 'value', value: converted.json };
}

const endedBy = (error: unknown): Evaluated =>
  error instanceof SkipSignal
    ? { kind: 'skip', reason: error.reason }
    : { kind: 'fault', message: evaluationMessage(error) };

function evaluationMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if (error instanceof TimeSpent || ('code' in error && error.code === 'D1012'))
    return `took longer than ${guardrails.timeout} ms`;
  return 'message' in error && typeof error.message === 'string' ? error.message : 'could not be evaluated';
}

const formatTime = jsonata('$fromMillis($at, $picture, $zone)');

/** `$now` and `$millis` as the time of receipt, so that evaluating an event again gives the same bytes. */
export function timeBindings(at: Date): Bindings {
  return {
    millis: () => at.getTime(),
    now: (picture?: string, zone?: string) =>
      picture === undefined ? at.toISOString() : formatTime.evaluate(null, { at: at.getTime(), picture, zone }),
  };
}
