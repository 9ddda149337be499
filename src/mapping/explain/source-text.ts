import type { AstNode, FilterStage } from './syntax-tree.ts';

/** Parts of an expression as its author wrote them, as long as they are short enough to be told. */

const lengthMax = 60;

/** The filter as it is written, as in `[type = "x"]`. */
export function filterText({ position, expr }: FilterStage, source: string): string {
  if (expr?.type === 'number') return `[${String(expr.value)}]`;
  const start = (position ?? 0) - 1;
  const text = oneLine(source.slice(start, endOfFilter(source, start)));
  return text.startsWith('[') && text.length <= lengthMax ? text : '[…]';
}

/** Where the bracket that opens at `start` is closed; brackets in quotes do not count. */
function endOfFilter(source: string, start: number): number {
  let depth = 0;
  let quote = '';
  for (let at = Math.max(0, start); at < source.length; at += 1) {
    const letter = source.charAt(at);
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if ('"\'`'.includes(letter)) quote = letter;
    else if (letter === '[') depth += 1;
    else if (letter === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return source.length;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

/** What stands before the `?` of a condition. */
export function conditionText({ condition, position }: AstNode, source: string): string {
  const start = condition === undefined ? Number.NaN : startOf(condition);
  const text = Number.isFinite(start) ? oneLine(source.slice(start, (position ?? 0) - 1)) : '';
  return text === '' || text.length > lengthMax ? 'its condition' : text;
}

/** Where a node begins: positions are the ends of tokens, and of an operator its own. */
function startOf({ type, value, position = Number.NaN, steps = [], procedure, lhs }: AstNode): number {
  switch (type) {
    case 'path':
      return steps[0] === undefined ? Number.NaN : startOf(steps[0]);
    case 'function':
      return procedure === undefined ? Number.NaN : startOf(procedure);
    case 'binary':
      return lhs !== undefined && 'type' in lhs ? startOf(lhs) : Number.NaN;
    case 'variable':
      return position - String(value).length - 1;
    case 'name':
      return position - String(value).length;
    case 'block':
      return position - 1;
    default:
      return Number.NaN;
  }
}
