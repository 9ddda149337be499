import { suggest } from '../../diagnostics/closest.ts';
import { functionNames } from '../function-names.ts';
import { type AstNode, nodeAt, nodesAt, nodesOf, type Starts, startOf, startsOf } from './ast.ts';
import { neverTrue } from './condition-check.ts';
import type { ExpressionProblem } from './expression-problem.ts';
import { type Token, tokensOf } from './expression-tokens.ts';
import { foreignWords, methods } from './javascript.ts';
import { kindOf, type ResultKind } from './result-kind.ts';
import { isRisky } from './risky-pattern.ts';

/** What an expression is for; it decides what it may come to. */
export type Role = 'condition' | 'text' | 'value';

interface Checked {
  readonly ast: AstNode;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly starts: Starts;
  readonly role: Role;
}

/** What parses, and is most probably not what was meant. */
export function checkMeaning(ast: AstNode, text: string, role: Role): readonly ExpressionProblem[] {
  const tokens = tokensOf(text);
  const checked = { ast, text, tokens, starts: startsOf(tokens), role };
  try {
    return onceEach([...nodeProblems(checked), ...tokenProblems(checked), ...resultProblems(checked)]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // What overflows the stack here would do so at every event.
    return [
      {
        severity: 'error',
        code: 'expr/syntax',
        message: 'nested too deeply',
        hint: 'name its parts under let:',
        offset: 0,
      },
    ];
  }
}

/** The same habit all over an expression is one mistake, told where it is first. */
const onceEach = (problems: readonly ExpressionProblem[]): readonly ExpressionProblem[] =>
  problems.filter((problem) => {
    const same = problems.filter(({ code, message }) => code === problem.code && message === problem.message);
    return problem === same.toSorted((a, b) => a.offset - b.offset)[0];
  });

function nodeProblems({ ast, text, starts }: Checked): readonly ExpressionProblem[] {
  return [...nodesOf(ast)].flatMap((node): ExpressionProblem[] => {
    const at = startOf(node, starts);
    if (node.type === 'function') return callProblems(node, starts);
    if (node.type === 'name') return nameProblems(node, text, at);
    return node.type === 'binary' ? operatorProblems(node, { text, at, starts }) : [];
  });
}

/** Functions start with `$`; a call of anything else fails at every event. */
function callProblems(node: AstNode, starts: Starts): ExpressionProblem[] {
  const procedure = nodeAt(node, 'procedure');
  const step = procedure?.type === 'path' ? nodesAt(procedure, 'steps').at(-1) : undefined;
  if (step?.type !== 'name') return [];
  const name = String(step.value);
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  const hint =
    method === undefined
      ? suggest(name, functionNames, { what: 'functions start with $', format: (known) => `$${known}`, otherwise: '' })
      : `write ${method}`;
  const message = `"${name}" is no function: functions start with $`;
  return [{ severity: 'error', code: 'expr/not-a-function', message, hint, offset: startOf(step, starts), name }];
}

function nameProblems({ value }: AstNode, text: string, offset: number): ExpressionProblem[] {
  const name = String(value);
  const isQuoted = text[offset] === '`';
  if (isQuoted && name.includes('${')) {
    const hint = 'join texts with &: "Plan " & data.plan';
    return [
      { severity: 'error', code: 'expr/javascript', message: 'backticks hold the name of a field', hint, offset },
    ];
  }
  const hint = !isQuoted && Object.hasOwn(foreignWords, name) ? foreignWords[name] : undefined;
  if (hint === undefined) return [];
  return [
    { severity: 'warning', code: 'expr/javascript', message: `"${name}" is read as the name of a field`, hint, offset },
  ];
}

interface Operator {
  readonly text: string;
  readonly at: number;
  readonly starts: Starts;
}

function operatorProblems(node: AstNode, { text, at, starts }: Operator): ExpressionProblem[] {
  const left = nodeAt(node, 'lhs');
  const right = nodeAt(node, 'rhs');
  if (left === undefined || right === undefined) return [];
  const hasSide = (kind: ResultKind): boolean => kindOf(left) === kind || kindOf(right) === kind;
  if (node.value === '+' && hasSide('text')) {
    const message = '+ adds numbers, and one side is a text';
    return [{ severity: 'error', code: 'expr/javascript', message, hint: 'texts are joined with &', offset: at }];
  }
  if (node.value === '=' && hasSide('null')) {
    const message = 'what is missing is not null, so this is false for it';
    const hint = 'write $not($exists($firstOf(…))), which holds for what is missing, null or empty';
    return [{ severity: 'warning', code: 'expr/null-check', message, hint, offset: at }];
  }
  return node.value === '-' ? dashProblems({ left, right, text, starts }) : [];
}

interface Difference extends Omit<Operator, 'at'> {
  readonly left: AstNode;
  readonly right: AstNode;
}

/** `$headers.user-agent`: a name with a dash looks like a difference without blanks. */
function dashProblems({ left, right, text, starts }: Difference): ExpressionProblem[] {
  const before = nodesAt(left, 'steps').at(-1);
  const [after] = nodesAt(right, 'steps');
  if (before?.type !== 'name' || after?.type !== 'name' || nodesAt(left, 'steps').length < 2) return [];
  const offset = startOf(before, starts);
  const written = text.slice(offset, Number(after.position));
  if (/[\s`]/.test(written)) return [];
  const hint = `a name with a dash goes in backticks: \`${written}\`; for a difference put blanks around the -`;
  return [
    { severity: 'warning', code: 'expr/dashed-name', message: `${written} is read as a difference`, hint, offset },
  ];
}

const curlyQuotes = /[\u2018-\u201f\u00ab\u00bb]/;

function tokenProblems({ text, tokens }: Checked): readonly ExpressionProblem[] {
  return tokens.flatMap(({ kind, start, end }): ExpressionProblem[] => {
    const written = text.slice(start, end);
    const curly = kind === 'text' || kind === 'pattern' ? -1 : written.search(curlyQuotes);
    if (curly !== -1) {
      const message = 'quotes of a word processor are no quotes here';
      const hint = 'write straight ones: "…" or \'…\'';
      return [{ severity: 'error', code: 'expr/curly-quotes', message, hint, offset: start + curly }];
    }
    if (kind === 'pattern' && isRisky(written.slice(1, written.lastIndexOf('/')))) {
      const message =
        'this regular expression can take for ever: a repetition within a repetition matches in too many ways';
      const hint = 'repeat only once, as in /^a+$/ instead of /^(a+)+$/';
      return [{ severity: 'warning', code: 'expr/risky-pattern', message, hint, offset: start }];
    }
    if (kind !== 'text' || !/\$\{|\{\{/.test(written)) return [];
    const hint = 'join texts with &: "Plan " & data.plan';
    const message = 'nothing is filled into a text between quotes';
    return [{ severity: 'warning', code: 'expr/javascript', message, hint, offset: start }];
  });
}

const unfit: Readonly<Partial<Record<ResultKind, string>>> = {
  block: 'a block of keys',
  list: 'a list',
  lists: 'a list where there is more than one',
};

function resultProblems({ ast, tokens, starts, role }: Checked): readonly ExpressionProblem[] {
  const offset = tokens[0]?.start ?? 0;
  const kind = kindOf(ast);
  const wrong = { code: 'expr/wrong-kind', offset } as const;
  if (kind === 'function')
    return [{ ...wrong, severity: 'error', message: 'gives a function', hint: 'call it with ()' }];
  if (role === 'condition') {
    const never = neverTrue(ast);
    if (never === undefined) return [];
    const { severity, message, hint, node } = never;
    const place = node.type === 'binary' && kindOf(node) === 'boolean' ? startOf(node, starts) : offset;
    return [{ severity, code: 'expr/never-true', message, hint, offset: place }];
  }
  const name = role === 'text' ? unfit[kind] : undefined;
  if (name === undefined) return [];
  const hint =
    kind === 'block'
      ? 'pick one of its keys, as in (…).amount'
      : 'pick one entry, as in (…)[0], or join them with $join(…, ", ")';
  const severity = kind === 'lists' ? 'warning' : 'error';
  return [{ ...wrong, severity, message: `gives ${name}, and one text is needed`, hint }];
}
