import type { ExpressionProblem } from './expression-problem.ts';
import { type Token, tokensOf } from './expression-tokens.ts';
import { habitAt } from './javascript.ts';

/** What JSONata's parser throws; codes are those of JSONata 2.2. */
interface Thrown {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly position?: unknown;
  readonly token?: unknown;
  readonly value?: unknown;
}

/** A text that JSONata's parser refuses, as a problem: where the word or sign starts that does not fit, and what to do. */
export function syntaxFault(text: string, thrown: unknown): ExpressionProblem {
  const tokens = tokensOf(text);
  const { code, message, value }: Thrown = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const fault = { severity: 'error', code: 'expr/syntax' } as const;
  if (thrown instanceof RangeError)
    return { ...fault, message: 'nested too deeply', hint: 'name its parts under let:', offset: 0 };
  const offset = offsetOf(text, tokens, thrown as Thrown);
  const habit = habitAt(text, tokens, offset);
  if (habit !== undefined) {
    return { ...fault, code: 'expr/javascript', message: habit.message, hint: habit.hint, offset: habit.offset };
  }
  const said = typeof message === 'string' ? message : 'not a JSONata expression';
  return { ...fault, message: said, hint: hintFor({ text, tokens, offset, code: String(code), value }), offset };
}

/** The parser tells where a token ends, with exceptions. */
function offsetOf(text: string, tokens: readonly Token[], { code, position, token }: Thrown): number {
  switch (code) {
    case 'S0101':
    case 'S0105':
    case 'S0106':
    case 'S0302':
      // Something is not closed: it is where it was opened that has to be looked at.
      return tokens.find(({ isOpen }) => isOpen)?.start ?? 0;
    case 'S0102':
      return Number(position);
    case 'S0103':
    case 'S0104':
    case 'S0301':
      return Math.max(0, Number(position) - 1);
  }
  if (token === '(end)') return text.trimEnd().length;
  if (typeof position !== 'number') return badPattern(text, tokens) ?? 0;
  return tokens.find(({ end }) => end === position)?.start ?? Math.max(0, position - String(token ?? ' ').length);
}

/** JavaScript's own complaint about a regular expression has no position. */
function badPattern(text: string, tokens: readonly Token[]): number | undefined {
  return tokens.find((token) => token.kind === 'pattern' && !isPattern(text.slice(token.start, token.end)))?.start;
}

function isPattern(written: string): boolean {
  const end = written.lastIndexOf('/');
  try {
    return new RegExp(written.slice(1, end), written.slice(end + 1)) instanceof RegExp;
  } catch {
    // This is how JavaScript says no.
    return false;
  }
}

interface Fault {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly offset: number;
  readonly code: string;
  /** What was expected. */
  readonly value: unknown;
}

const fixedHints: Readonly<Record<string, string>> = {
  S0101: 'close the text with the quote that opens it',
  S0102: 'write a smaller number',
  S0103: 'write a backslash twice: \\\\',
  S0104: 'write four hexadecimal digits, as in \\u00e9',
  S0105: 'close the name with another backtick',
  S0106: 'close the comment with */',
  S0208: 'parameters start with $: function($x) { … }',
  S0212: 'a variable starts with $: $name := …; to compare, write =',
  S0213: 'a position in a list is written in brackets: list[0]; a field whose name is a number in backticks',
  S0214: 'write a variable behind it: @$x, #$i',
  S0217: '% is the parent of a step in a path and cannot go above the first one; to divide with remainder write a % b',
  S0301: 'comments are written /* … */',
  S0302: 'close the regular expression with /, and before that every bracket in it',
};

function hintFor(fault: Fault): string {
  const { text, tokens, offset, code, value } = fault;
  if (code === 'S0203' || code === 'S0202') return bracketHint(fault, String(value));
  if (code === 'S0207')
    return text.trim() === '' ? 'write an expression after =' : 'something is missing after the last sign';
  const fixed = fixedHints[code];
  if (fixed !== undefined) return fixed;
  if (code === 'undefined') return 'correct the regular expression';
  const token = tokens.find(({ start }) => start === offset);
  const before = tokens.findLast(({ end }) => end <= offset);
  if (code === 'S0201' && token !== undefined && before !== undefined) return neighbourHint(text, before, token);
  return 'put a value before it, or remove it';
}

/** Two words or values side by side. */
function neighbourHint(text: string, before: Token, token: Token): string {
  const [first, second] = [before, token].map(({ start, end }) => text.slice(start, end));
  if (/^[)\]}]$/.test(second ?? '')) return `remove it: no bracket is open that it could close`;
  if (second === ';') return 'put several steps into parentheses: (…; …)';
  if (before.kind === 'name' && token.kind === 'name' && before.end < token.start)
    return `a field name with blanks goes in backticks: \`${first} ${second}\`; texts are joined with &`;
  return `put an operator before it, such as & to join texts, or remove it`;
}

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function bracketHint({ text, tokens }: Fault, expected: string): string {
  const opening = closing[expected];
  if (expected === ':') return 'in an object every value has a name: {"name": value}';
  if (opening === undefined) return `write ${expected} here`;
  const open = tokens.findLast(
    (token, index) => text[token.start] === opening && token.kind === 'sign' && isOpenAt(text, tokens, index),
  );
  const before = open && tokens.findLast(({ end, kind }) => end === open.start && kind !== 'sign');
  const name = before === undefined ? '' : ` after ${text.slice(before.start, before.end)}`;
  return `write ${expected} here: it closes the ${opening}${name}`;
}

/** True when the bracket at this token is closed nowhere behind it. */
function isOpenAt(text: string, tokens: readonly Token[], index: number): boolean {
  let depth = 0;
  for (const { kind, start } of tokens.slice(index)) {
    const sign = kind === 'sign' ? text.charAt(start) : '';
    if (/[([{]/.test(sign)) depth += 1;
    if (/[)\]}]/.test(sign)) depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}
