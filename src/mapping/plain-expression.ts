import type { Json } from '../model/json.ts';
import { parseExpression } from './expression.ts';
import { compileToClosures } from './jsonata-compiler/compile.ts';
import { type AstNode, nodesOf } from './static/ast.ts';
import { checkNames } from './static/name-check.ts';
import { toJson } from './to-json.ts';

/**
 * An expression that is evaluated where requests are received, so at once and with nothing in it that could take long:
 * only what compiles to closures, and no regular expression. Undefined where it yields nothing or cannot be evaluated.
 */
export type PlainExpression = (input: Json, bindings: Readonly<Record<string, Json>>) => Json | undefined;

export type CompiledPlain =
  | { readonly ok: true; readonly evaluate: PlainExpression }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** `text` is without its leading `=`; `variables` are the names it may use beyond the functions. */
export function compilePlainExpression(text: string, variables: readonly string[]): CompiledPlain {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return { ok: false, message: parsed.problem.message, hint: parsed.problem.hint };
  const [problem] = checkNames(parsed.ast, variables);
  if (problem !== undefined) return { ok: false, message: problem.message, hint: problem.hint };
  const takesLong = Array.from(nodesOf(parsed.ast)).some(mayTakeLong);
  const compiled = takesLong ? undefined : compileToClosures(parsed.ast, variables);
  if (compiled === undefined) {
    return {
      ok: false,
      message: 'has something that only mappings evaluate',
      hint: 'keep to paths, conditions and functions of values: no regular expressions, ranges or $pad, and no functions of its own',
    };
  }
  return { ok: true, evaluate: (input, bindings) => evaluated(() => compiled(input, bindings)) };
}

/** Besides patterns what makes much of little: a body may say how much. */
const mayTakeLong = ({ type, value }: AstNode): boolean =>
  type === 'regex' || (type === 'binary' && value === '..') || (type === 'variable' && value === 'pad');

function evaluated(evaluate: () => unknown): Json | undefined {
  try {
    const result = toJson(evaluate());
    return 'json' in result ? result.json : undefined;
  } catch {
    // Whatever an expression cannot be evaluated for, there is no value; the event is kept without it.
    return undefined;
  }
}
