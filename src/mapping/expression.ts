import jsonata from 'jsonata';
import type { Json } from '../model/json.ts';
import { refusal, refusedFunctions } from './function-names.ts';
import { mappingFunctions, RequirementUnmet, SkipSignal } from './functions.ts';
import { type AstNode, isNode } from './static/ast.ts';
import type { ExpressionProblem } from './static/expression-problem.ts';
import { checkNames } from './static/name-check.ts';
import { syntaxFault } from './static/syntax-fault.ts';
import { toJson } from './to-json.ts';

/**
 * JSONata's own guardrails: milliseconds per expression, call depth, items in a sequence. They stop loops and
 * recursion; a regular expression or one huge string is stopped by the evaluator's deadline and memory limit.
 */
const guardrails = { timeout: 250, stack: 500, sequence: 100_000 };

export type Bindings = Readonly<Record<string, unknown>>;

export interface Expression {
  readonly text: string;
  /** The value as JSON; undefined where the expression yields nothing. */
  evaluate(input: Json, bindings: Bindings): Promise<Evaluated>;
}

/** What an expression came to. Faults are of the mapping or the event, so they are values. */
export type Evaluated =
  | { readonly kind: 'value'; readonly value: Json | undefined }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fault'; readonly message: string };

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** `variables` are the names beyond the functions that the expression may use. */
export function compileExpression(text: string, variables: readonly string[]): CompiledExpression {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return { ok: false, problems: [parsed.problem] };
  const problems = checkNames(parsed.ast, variables);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, expression: { text, evaluate: (input, bindings) => evaluate(parsed.compiled, input, bindings) } };
}

export type ParsedExpression =
  | { readonly compiled: jsonata.Expression; readonly ast: AstNode }
  | { readonly problem: ExpressionProblem };

/** An expression's syntax tree, or why it has none. */
export function parseExpression(text: string): ParsedExpression {
  try {
    const compiled = jsonata(text, guardrails);
    const ast: unknown = compiled.ast();
    return { compiled, ast: isNode(ast) ? ast : { type: 'unknown' } };
  } catch (error) {
    // The parser reports every mistake by throwing.
    return { problem: syntaxFault(text, error) };
  }
}

const refusing = Object.fromEntries(
  Object.keys(refusedFunctions).map((name) => [
    name,
    () => {
      throw new RequirementUnmet(refusal(name) ?? name);
    },
  ]),
);
const functionBindings = Object.fromEntries(mappingFunctions.map(({ name, call }) => [name, call]));

async function evaluate(compiled: jsonata.Expression, input: Json, bindings: Bindings): Promise<Evaluated> {
  try {
    const result: unknown = await compiled.evaluate(input, { ...functionBindings, ...refusing, ...bindings });
    const converted = toJson(result);
    return 'fault' in converted
      ? { kind: 'fault', message: converted.fault }
      : { kind: 'value', value: converted.json };
  } catch (error) {
    // JSONata reports what goes wrong in an expression by throwing, and so do $skip and $require through it.
    if (error instanceof SkipSignal) return { kind: 'skip', reason: error.reason };
    return { kind: 'fault', message: evaluationMessage(error) };
  }
}

function evaluationMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && error.code === 'D1012') return `took longer than ${guardrails.timeout} ms`;
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
