import type { Spread } from '../measure/spread.ts';
import { type Column, type Goal, isMet, type Report, type Row, type Table } from './report.ts';

/** A report for the terminal. */
export function reportText({ tables, goals, notes }: Report): string {
  const goalsText = goals.length === 0 ? [] : [goals.map(goalText).join('\n')];
  return [...tables.map(tableText), ...goalsText, ...notes.map((note) => `  ${note}`)].join('\n\n');
}

function tableText({ title, columns, rows }: Table): string {
  const lines = [['', ...columns.map((column) => column.title)], ...rows.map((row) => cellsOf(row, columns))];
  const widths = lines[0]?.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0))) ?? [];
  const text = lines.map((line) =>
    line
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  );
  return [title, ...text.map((line) => `  ${line}`)].join('\n');
}

export const cellsOf = ({ name, figures }: Row, columns: readonly Column[]): readonly string[] => [
  name,
  ...columns.map(({ key, digits }) => spreadText(figures[key], digits)),
];

/** The median, with the least and the greatest behind it where there were several rounds. */
export function spreadText(spread: Spread | undefined, digits: number): string {
  if (spread === undefined) return '–';
  const { median, min, max } = spread;
  const text = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}

export const wantedText = (goal: Goal): string => {
  const unit = goal.unit ?? '';
  return 'least' in goal ? `at least ${goal.least}${unit}` : `at most ${goal.most}${unit}`;
};

function goalText(goal: Goal): string {
  const measured = `${spreadText(goal.measured, 2)}${goal.unit ?? ''}`;
  return `  ${isMet(goal) ? 'met   ' : 'MISSED'}  ${goal.what}: ${measured}, wanted ${wantedText(goal)}`;
}
