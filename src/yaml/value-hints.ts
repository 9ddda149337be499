import { entryAt } from './line-at.ts';

/** A longer value is not repeated in a hint. */
const lengthMax = 60;

/** `why: key: "value"`, with the value that stands there; without it where quotes alone do not do. */
export function quoteIt(source: string, offset: number, why: string): string {
  const entry = entryAt(source, offset);
  if (entry === undefined || entry.valueStart > offset) return why;
  const { key, value } = entry;
  return /^\[|["\\]/.test(value) || value.length > lengthMax ? why : `${why}: ${key}: "${value}"`;
}

export const writeExpression = (key: string, expression: string): string =>
  `expressions start with "=": write  ${key}: =${expression}`;

/** In a block, nothing of an expression means anything to YAML. */
export const writeBlock = (key: string, lines: readonly string[]): string =>
  [`${key}: |`, ...lines.map((line) => `  ${line}`)].join('\n');

/** In single quotes nothing but the quote itself means anything to YAML. */
export const inSingleQuotes = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** In the quotes that need nothing else to be changed. */
export const inQuotes = (text: string): string => (/["\\]/.test(text) ? inSingleQuotes(text) : `"${text}"`);
