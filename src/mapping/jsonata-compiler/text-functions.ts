import type { AstNode } from '../static/ast.ts';
import { isBare, uncovered } from './closure.ts';
import type { Call } from './native-functions.ts';

/**
 * The functions that the interpreter waits for, because their pattern could be a function. With a text for a pattern they
 * answer at once; undefined for every other function.
 */
export const textFunction = (name: string): Call | undefined => textFunctions.get(name);

/** `$contains` with a regular expression, which is no argument any more. Throws `Uncovered`. */
export function patternFunction(name: string, pattern: AstNode): Call {
  const { value } = pattern;
  if (name !== 'contains' || !isBare(pattern) || !(value instanceof RegExp)) return uncovered();
  return (args) => {
    // Without a text it is the context that is searched.
    if (args.length !== 1) uncovered();
    const [text] = args;
    if (text === undefined) return undefined;
    return typeof text === 'string' ? text.search(value) !== -1 : uncovered();
  };
}

const textFunctions: ReadonlyMap<string, Call> = new Map<string, Call>([
  [
    'contains',
    (args) => {
      const [text, token] = texts(args, 2);
      if (args.length > 2) uncovered();
      return text === undefined || token === undefined ? undefined : text.includes(token);
    },
  ],
  [
    'split',
    (args) => {
      const [text, separator] = texts(args, 2);
      const limit = limitAt(args, 2);
      if (text === undefined) return undefined;
      return separator === undefined ? uncovered() : text.split(separator, limit);
    },
  ],
  [
    'replace',
    (args) => {
      const [text, pattern, replacement] = texts(args, 3);
      const limit = limitAt(args, 3);
      if (text === undefined) return undefined;
      if (pattern === undefined || pattern === '' || replacement === undefined) return uncovered();
      const parts = text.split(pattern);
      const end = Math.ceil(limit ?? parts.length) + 1;
      return [parts.slice(0, end).join(replacement), ...parts.slice(end)].join(pattern);
    },
  ],
]);

/** That many texts from the front, each of which may be nothing. */
function texts(args: readonly unknown[], count: number): readonly (string | undefined)[] {
  if (args.length < count) uncovered();
  return args
    .slice(0, count)
    .map((argument) => (argument === undefined || typeof argument === 'string' ? argument : uncovered()));
}

/** The last argument, where it is given. */
function limitAt(args: readonly unknown[], index: number): number | undefined {
  const limit = args[index];
  if (args.length > index + 1) uncovered();
  if (limit === undefined) return undefined;
  return typeof limit === 'number' && limit >= 0 ? limit : uncovered();
}
