import type { Token } from './expression-tokens.ts';

/** What people write who know JavaScript, and what it is in JSONata. */
export interface Habit {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

const signs: readonly { readonly written: string; readonly hint: string }[] = [
  { written: '===', hint: 'JSONata compares with one =: a = b' },
  { written: '!==', hint: 'JSONata compares with !=: a != b' },
  { written: '==', hint: 'JSONata compares with one =: a = b' },
  { written: '&&', hint: 'JSONata joins conditions with and: a and b' },
  { written: '||', hint: 'for conditions write or: a or b; for a default write $firstOf(a, b)' },
  { written: '//', hint: 'comments are written /* … */' },
  { written: '=>', hint: 'at least is written >=; a function is written function($x) { … }' },
  { written: '?.', hint: 'a path goes on over what is missing by itself: write a dot alone' },
  { written: '<>', hint: 'JSONata compares with !=: a != b' },
  { written: '++', hint: 'write $x := $x + 1; there is no ++' },
  { written: '!', hint: '"not" is a function: $not(…)' },
];

const statements: Readonly<Record<string, string>> = {
  AND: 'conditions are joined with and, in small letters',
  IS: 'JSONata compares with one =: a = b',
  NOT: '"not" is a function: $not(…)',
  OR: 'conditions are joined with or, in small letters',
  const: 'a variable is set with $name := … and blocks are in parentheses: ($x := a; $x & b)',
  equals: 'JSONata compares with one =: a = b',
  if: 'a condition is written a ? b : c',
  is: 'JSONata compares with one =: a = b',
  let: 'a variable is set with $name := … and blocks are in parentheses: ($x := a; $x & b)',
  new: 'there are no objects to make; times are $now(), $toMillis(…), $fromMillis(…)',
  not: '"not" is a function: $not(…)',
  return: 'an expression gives its value by itself: leave return out',
  typeof: 'the type of a value is $type(…)',
  var: 'a variable is set with $name := … and blocks are in parentheses: ($x := a; $x & b)',
};

/** The habit at the place where the parser gave up, if it is one. */
export function habitAt(text: string, tokens: readonly Token[], offset: number): Habit | undefined {
  const index = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  return statementAt(text, [tokens[index], tokens[index - 1], tokens[0]]) ?? signAt(text, tokens, offset);
}

function statementAt(text: string, candidates: readonly (Token | undefined)[]): Habit | undefined {
  for (const token of candidates) {
    const isWord = token?.kind === 'name' && text[token.start - 1] !== '.' && text[token.end] !== '.';
    const word = isWord ? text.slice(token.start, token.end) : '';
    const hint = Object.hasOwn(statements, word) ? statements[word] : undefined;
    if (token === undefined || hint === undefined) continue;
    return { offset: token.start, message: `"${word}" is no word of JSONata`, hint };
  }
  return undefined;
}

function signAt(text: string, tokens: readonly Token[], offset: number): Habit | undefined {
  for (const { written, hint } of signs) {
    for (let start = Math.max(0, offset - written.length + 1); start <= offset; start += 1) {
      if (!text.startsWith(written, start) || isWithinWord(tokens, start)) continue;
      return { offset: start, message: `"${written}" is no operator of JSONata`, hint };
    }
  }
  return undefined;
}

const isWithinWord = (tokens: readonly Token[], at: number): boolean =>
  tokens.some(({ kind, start, end }) => kind !== 'sign' && start <= at && at < end);

/** Methods of JavaScript's values, and the function of JSONata that does the same. */
export const methods: Readonly<Record<string, string>> = {
  concat: '&',
  endsWith: '$contains(text, /end$/)',
  filter: '$filter(list, function($x) { … })',
  find: 'list[condition][0]',
  includes: '$contains(text, "part"), or "a" in list',
  indexOf: '$contains(text, "part")',
  join: '$join(list, ", ")',
  length: '$length(text) or $count(list)',
  map: 'list.(…), or $map(list, function($x) { … })',
  match: '$match(text, /…/)',
  parseFloat: '$number(text)',
  parseInt: '$number(text)',
  replace: '$replace(text, "a", "b")',
  slice: '$substring(text, start, length)',
  split: '$split(text, ",")',
  startsWith: '$contains(text, /^start/)',
  substr: '$substring(text, start, length)',
  substring: '$substring(text, start, length)',
  toFixed: '$formatNumber(number, "0.00")',
  toISOString: '$iso(time)',
  toLowerCase: '$lowercase(text)',
  toString: '$string(value)',
  toUpperCase: '$uppercase(text)',
  trim: '$trim(text)',
};

/** Words that are values in other languages and names of fields in JSONata. */
export const foreignWords: Readonly<Record<string, string>> = {
  undefined: 'whether a field is there is $exists(field)',
  None: 'whether a field is there is $exists(field)',
  nil: 'whether a field is there is $exists(field)',
  NULL: 'null is written in small letters',
  True: 'true is written in small letters',
  TRUE: 'true is written in small letters',
  False: 'false is written in small letters',
  FALSE: 'false is written in small letters',
};
