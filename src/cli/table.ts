import { stripVTControlCharacters } from 'node:util';
import { style } from './output.ts';

/** Rows below a heading, each column as wide as its widest cell; cells may be coloured. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, index) =>
    Math.max(width(heading), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd();
  return [style('dim', line(headings)), ...rows.map(line)].join('\n');
}

const width = (text: string): number => [...stripVTControlCharacters(text)].length;

export const shortened = (text: string, lengthMax: number): string =>
  [...text].length <= lengthMax ? text : `${[...text].slice(0, lengthMax - 1).join('')}…`;
