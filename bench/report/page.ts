import { readFileSync, writeFileSync } from 'node:fs';
import { type Goal, isMet, type Report, type Table } from './report.ts';
import { cellsOf, spreadText, wantedText } from './text.ts';

/** What a run writes down, and the page of the documentation that is made of it. */
export interface Results {
  readonly startedAt: string;
  readonly node: string;
  readonly cpus: number;
  readonly cpu: string;
  readonly size: string;
  readonly seed: number;
  /** By scenario. */
  readonly reports: Readonly<Record<string, Report>>;
}

const page = new URL('../../docs/performance.md', import.meta.url);

/** Replaces the figures of the page by these, each between the marks of its scenario; what was not measured stays. */
export function writePage(results: Results): void {
  const blocks = {
    machine: machineText(results),
    ...Object.fromEntries(Object.entries(results.reports).map(([name, report]) => [name, reportMarkdown(report)])),
  };
  let text = readFileSync(page, 'utf8');
  for (const [name, block] of Object.entries(blocks)) {
    const marks = new RegExp(`(<!-- bench:${name} -->\\n)[\\s\\S]*?(<!-- /bench -->)`);
    text = text.replace(marks, (_, open: string, close: string) => `${open}\n${block}\n\n${close}`);
  }
  writeFileSync(page, text);
}

const machineText = ({ startedAt, node, cpus, cpu, size }: Results): string =>
  `Measured on ${startedAt.slice(0, 10)} with ${size === 'full' ? '`npm run bench`' : `\`npm run bench -- --size ${size}\``}: ` +
  `${cpus} cores (${cpu}), Node ${node.slice(1)}.`;

const reportMarkdown = ({ tables, goals, notes }: Report): string =>
  [...tables.map(tableMarkdown), ...(goals.length === 0 ? [] : [goalsMarkdown(goals)]), ...notes].join('\n\n');

function tableMarkdown({ columns, rows }: Table): string {
  const head = ['', ...columns.map(({ title }) => title)];
  const align = ['---', ...columns.map(() => '---:')];
  return [head, align, ...rows.map((row) => cellsOf(row, columns))].map(lineOf).join('\n');
}

const goalsMarkdown = (goals: readonly Goal[]): string =>
  [
    ['', 'wanted', 'measured', ''],
    ['---', '---', '---:', '---'],
    ...goals.map((goal) => [
      goal.what,
      wantedText(goal),
      `${spreadText(goal.measured, 2)}${goal.unit ?? ''}`,
      isMet(goal) ? 'met' : '**missed**',
    ]),
  ]
    .map(lineOf)
    .join('\n');

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
