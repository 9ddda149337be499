import jsonata from 'jsonata';
import type { Json } from '../model/json.ts';
import { mappingFunctions, RequirementUnmet, SkipSignal } from './functions.ts';
import { toJson } from './to-json.ts';

/**
 * JSONata's own guardrails: milliseconds per expression, call depth, items in a sequence. They stop loops and
 * recursion; a regular expression or one huge string is stopped by the evaluator's deadline and memory limit.
 */
const guardrails = { timeout: 250, stack: 500, sequence: 100_000 };

/** Refused at load: an attempt to evaluate text from a webhook, and results that differ at every try. */
const refused: Readonly<Record<string, string>> = {
  eval: '$eval would run text from a webhook as code; write the expression out',
  random: '$random gives another result at every try; use $stableId or $sha256 of something in the event',
  shuffle: '$shuffle gives another order at every try; use $sort',
};

/** JSONata 2.2's own functions, `$now` and `$millis` among them. */
const builtIn = new Set(
  `abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each
   encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length lookup
   lowercase map match max merge millis min not now number pad parseInteger power reduce replace reverse round sift single sort split
   spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip`.split(/\s+/),
);

/** Every name that may follow `$` in any mapping, whatever its `let:` adds. */
export const functionNames: readonly string[] = [...builtIn, ...mappingFunctions.map(({ name }) => name)];

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

/** Something wrong with an expression's text; `offset` counts characters from its start, where it is known. */
export interface ExpressionProblem {
  readonly code: 'expr/syntax' | 'expr/refused' | 'expr/unknown-name';
  readonly message: string;
  readonly name?: string;
  readonly offset?: number;
}

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** `variables` are the names beyond the functions that the expression may use. */
export function compileExpression(text: string, variables: readonly string[]): CompiledExpression {
  const parsed = parse(text);
  if ('problem' in parsed) return { ok: false, problems: [parsed.problem] };
  const problems = checkNames(parsed.compiled.ast(), new Set([...functionNames, ...variables]));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, expression: { text, evaluate: (input, bindings) => evaluate(parsed.compiled, input, bindings) } };
}

function parse(text: string): { compiled: jsonata.Expression } | { problem: ExpressionProblem } {
  try {
    return { compiled: jsonata(text, guardrails) };
  } catch (error) {
    // The parser reports every mistake by throwing; `position` is the end of the token it met.
    const { message, offset } = parserFault(error);
    return { problem: { code: 'expr/syntax', message, ...(offset === undefined ? {} : { offset }) } };
  }
}

function parserFault(error: unknown): { message: string; offset: number | undefined } {
  if (typeof error !== 'object' || error === null) return { message: String(error), offset: undefined };
  const message = 'message' in error && typeof error.message === 'string' ? error.message : 'not a JSONata expression';
  const position = 'position' in error && typeof error.position === 'number' ? error.position : undefined;
  const token = 'token' in error && typeof error.token === 'string' ? error.token : '';
  return { message, offset: position === undefined ? undefined : Math.max(0, position - token.length) };
}

const refusing = Object.fromEntries(
  Object.entries(refused).map(([name, why]) => [
    name,
    () => {
      throw new RequirementUnmet(why);
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

interface Names {
  readonly used: Map<string, number | undefined>;
  readonly bound: Set<string>;
}

/**
 * A missing function is only a run-time error in JSONata and a missing variable none at all, so both are looked for
 * here. A name bound anywhere in the expression counts as known everywhere in it.
 */
function checkNames(ast: unknown, known: ReadonlySet<string>): readonly ExpressionProblem[] {
  const names: Names = { used: new Map(), bound: new Set() };
  collectNames(ast, names);
  return [...names.used].flatMap(([name, offset]): ExpressionProblem[] => {
    const at = { name, ...(offset === undefined ? {} : { offset }) };
    const why = refused[name];
    if (why !== undefined && Object.hasOwn(refused, name)) return [{ code: 'expr/refused', message: why, ...at }];
    if (known.has(name) || names.bound.has(name)) return [];
    return [{ code: 'expr/unknown-name', message: `unknown function or variable $${name}`, ...at }];
  });
}

/** Without recursion: an expression may be nested as deeply as JSONata's parser bears. */
function collectNames(ast: unknown, names: Names): void {
  const nodes = [ast];
  while (nodes.length > 0) {
    const node = nodes.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (!Array.isArray(node)) collectName(node, names);
    // Backwards, because the last one in is the first one out: a name's first use is the one to point at.
    for (const child of Object.values(node).toReversed()) nodes.push(child);
  }
}

function collectName(node: Partial<Record<string, unknown>>, names: Names): void {
  const { type, value, position, lhs, focus, index, arguments: parameters } = node;
  if (type === 'variable' && typeof value === 'string' && value !== '' && value !== '$') {
    const offset = typeof position === 'number' ? Math.max(0, position - value.length - 1) : undefined;
    if (!names.used.has(value)) names.used.set(value, offset);
  }
  if (type === 'bind') bindName(lhs, names);
  if (type === 'lambda' && Array.isArray(parameters)) for (const parameter of parameters) bindName(parameter, names);
  if (typeof focus === 'string') names.bound.add(focus);
  if (typeof index === 'string') names.bound.add(index);
}

function bindName(node: unknown, names: Names): void {
  if (typeof node === 'object' && node !== null && 'value' in node && typeof node.value === 'string')
    names.bound.add(node.value);
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
