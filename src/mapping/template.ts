import { isJsonObject, type Json } from '../model/json.ts';
import { setMember } from '../model/set-member.ts';
import { type Bindings, compileExpression, type Expression } from './expression.ts';
import { expressionText } from './expression-text.ts';
import type { ExpressionProblem } from './static/expression-problem.ts';
import { type Steps, settled } from './steps.ts';
import type { Trace } from './trace.ts';

/** Where a value stands in the mapping file, as in `event.user.id`. */
export type TemplatePath = readonly (string | number)[];

/** A value of a mapping file with its expressions compiled; what holds none stays as it is. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | {
      readonly kind: 'expression';
      readonly path: TemplatePath;
      readonly expression: Expression;
      readonly nullIsNothing: boolean;
    }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Template])[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] };

export interface TemplateProblem extends ExpressionProblem {
  readonly path: TemplatePath;
}

/** Ends an evaluation early: the mapping skips, or something in it went wrong. */
export class Interruption {
  readonly kind: 'skip' | 'fault';
  readonly path: TemplatePath;
  readonly message: string;
  constructor(kind: 'skip' | 'fault', path: TemplatePath, message: string) {
    this.kind = kind;
    this.path = path;
    this.message = message;
  }
}

export interface TemplateScope {
  /** The names that expressions here may use beyond the functions. */
  readonly variables: readonly string[];
  readonly problems: TemplateProblem[];
  /** In `merge:` only a literal null removes a field; an expression that comes to null changes nothing. */
  readonly nullIsNothing?: boolean;
  /** Leaves everything to JSONata's interpreter. */
  readonly interprets?: boolean | undefined;
}

type Constant = Extract<Template, { kind: 'constant' }>;

const isConstant = (template: Template): template is Constant => template.kind === 'constant';

/** Constants are put together from what was compiled: a literal below may have been `==…`. */
export function compileTemplate(value: Json, path: TemplatePath, scope: TemplateScope): Template {
  if (typeof value === 'string') return compileText(value, path, scope);
  if (Array.isArray(value)) {
    const items = value.map((item: Json, index) => compileTemplate(item, [...path, index], scope));
    return items.every(isConstant)
      ? { kind: 'constant', value: items.map((item) => item.value) }
      : { kind: 'list', items };
  }
  if (!isJsonObject(value)) return { kind: 'constant', value };
  const members = Object.entries(value).map(
    ([key, member]) => [key, compileTemplate(member ?? null, [...path, key], scope)] as const,
  );
  const constants = members.flatMap(([key, member]) => (isConstant(member) ? [[key, member.value] as const] : []));
  return constants.length === members.length
    ? { kind: 'constant', value: Object.fromEntries(constants) }
    : { kind: 'object', members };
}

function compileText(value: string, path: TemplatePath, scope: TemplateScope): Template {
  const text = expressionText(value);
  if (text === undefined) return { kind: 'constant', value: value.startsWith('==') ? value.slice(1) : value };
  const compiled = compileExpression(text, scope);
  if (compiled.ok)
    return { kind: 'expression', path, expression: compiled.expression, nullIsNothing: scope.nullIsNothing === true };
  // The position is counted from the `=`, which the author sees; leading blanks were trimmed.
  const lead = value.length - value.slice(1).trimStart().length;
  scope.problems.push(
    ...compiled.problems.map((problem) => ({
      ...problem,
      path,
      ...(problem.offset === undefined ? {} : { offset: problem.offset + lead }),
    })),
  );
  return { kind: 'constant', value: null };
}

/** What templates are filled from. */
export interface FillScope {
  readonly input: Json;
  readonly bindings: Bindings;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  /** Told of every expression; absent where nobody asked. */
  readonly trace?: Trace | undefined;
}

/** The template's value; undefined where an expression yields nothing. Throws `Interruption`. */
export function fillTemplate(template: Template, scope: FillScope): Steps<Json | undefined> {
  switch (template.kind) {
    case 'constant':
      return constant(template.value);
    case 'expression':
      return fillExpression(template, scope);
    case 'list':
      return fillList(template.items, scope);
    case 'object':
      return fillObject(template.members, scope);
  }
}

// biome-ignore lint/correctness/useYield: it has nothing to wait for
function* constant(value: Json): Steps<Json> {
  return value;
}

function* fillExpression(
  { path, expression, nullIsNothing }: Extract<Template, { kind: 'expression' }>,
  { input, bindings, item, trace }: FillScope,
): Steps<Json | undefined> {
  const evaluating = expression.evaluate(input, bindings);
  const evaluated = evaluating instanceof Promise ? yield* settled(evaluating) : evaluating;
  // Told before anything else happens: the bindings grow with every named value.
  if (trace !== undefined)
    yield* settled(Promise.resolve(trace({ path, text: expression.text, item, input, bindings, evaluated })));
  if (evaluated.kind === 'value') return nullIsNothing ? (evaluated.value ?? undefined) : evaluated.value;
  throw new Interruption(evaluated.kind, path, evaluated.kind === 'skip' ? evaluated.reason : evaluated.message);
}

function* fillList(items: readonly Template[], scope: FillScope): Steps<Json> {
  const filled: Json[] = [];
  for (const item of items) {
    const value = yield* fillTemplate(item, scope);
    if (value !== undefined) filled.push(value);
  }
  return filled;
}

function* fillObject(members: readonly (readonly [string, Template])[], scope: FillScope): Steps<Json> {
  const filled: Record<string, Json> = {};
  for (const [key, member] of members) {
    const value = member.kind === 'constant' ? member.value : yield* fillTemplate(member, scope);
    if (value !== undefined) setMember(filled, key, value);
  }
  return filled;
}
