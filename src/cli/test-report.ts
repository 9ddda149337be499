import type { Origin } from '../mapping/origin.ts';
import type { CheckReport, PlacedExpression, PlacedResult } from '../mapping/placed-results.ts';
import type { TestFailure } from '../mapping/test-failure.ts';
import type { Position } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import { plainText, style } from './output.ts';

/** What `hookstitch test` shows a person: each test, and of each failure the way from the value back into the file. */

/** Where the second column starts, so that the places of several failures stand below each other. */
const placeColumn = 80;
const valueColumn = 20;
/** A longer value or expression says no more. */
const lengthMax = 100;

export const passed = ({ failures }: PlacedResult): boolean => failures.length === 0;

export function testReport({ results, coverage }: CheckReport): string {
  const files = [...Map.groupBy(results, ({ file }) => file)];
  const lines = files.flatMap(([file, own]) => [style('bold', file), ...own.flatMap(resultLines)]);
  const count = results.filter(passed).length;
  const ratio = coverage.total === 0 ? '' : `        coverage: ${coverageRatio(coverage)} (hookstitch test --coverage)`;
  return [...lines, `${count} passed, ${results.length - count} failed${ratio}`].join('\n');
}

/** The expressions that no test made produce a value, each with its place. */
export function coverageReport({ coverage }: CheckReport): string {
  const lines = coverage.missed.map((expression) => `  ${missedPlace(expression)}  ${shortText(expression.text)}`);
  const heading = lines.length === 0 ? [] : ['no test makes these produce a value:'];
  return [...heading, ...lines, coverageRatio(coverage)].join('\n');
}

const coverageRatio = ({ total, missed }: CheckReport['coverage']): string =>
  `${total - missed.length} of ${total} ${total === 1 ? 'expression' : 'expressions'} produced a value`;

const missedPlace = ({ at, file, path }: PlacedExpression): string =>
  `${at === undefined ? file : place(at)}  ${path.join('.')}`;

export const place = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

function resultLines(result: PlacedResult): readonly string[] {
  const { name, at, failures } = result;
  if (passed(result)) return [`  ${style('green', '✓')} ${plainText(name)}`];
  const where = at === undefined ? '' : style('dim', place(at));
  return [
    `  ${style('red', '✗')} ${plainText(name).padEnd(placeColumn - 6)}  ${where}`.trimEnd(),
    ...failures.flatMap(failureLines),
  ];
}

function failureLines(failure: TestFailure): readonly string[] {
  const { kind, field, expected, received, at, from } = failure;
  const origins = from.flatMap(originLines);
  if (field === undefined || !['value', 'absent', 'unexpected'].includes(kind))
    return [`      ${sentence(failure)}`, ...origins.map((origin) => `        ${origin}`)];
  const says = at === undefined ? '' : style('dim', `(${place(at)})`);
  const values = [kind === 'unexpected' ? 'nothing' : shown(expected), shown(received)] as const;
  const width = Math.max(valueColumn, ...values.map(({ length }) => length));
  const line = (label: string, value: string, beside: string): string =>
    `        ${label.padEnd(8)} ${value.padEnd(width)} ${beside}`.trimEnd();
  const [first = '', ...others] = origins;
  return [
    `      ${plainText(field)}`,
    line('expected', values[0], says),
    line('received', values[1], first),
    ...others.map((origin) => line('', '', origin)),
  ];
}

/** The message alone: the places follow below it. */
const sentence = ({ message }: TestFailure): string => plainText(message.replaceAll(/\s+/g, ' '));

function originLines({ path, written, why, at }: Origin): readonly string[] {
  const name = path.join('.');
  if (written === null) return [`${name}  (the mapping leaves it to the default)`];
  const where = at === undefined ? '' : `  ${style('dim', `(${place(at)})`)}`;
  const line = `${name}  ← ${shortText(written.text)}${where}`;
  return why === undefined ? [line] : [line, `  ${plainText(why)}`];
}

const shown = (value: Json | undefined): string =>
  value === undefined ? 'nothing' : value === '(absent)' ? value : shortText(JSON.stringify(value));

function shortText(text: string): string {
  const line = plainText(text.replaceAll(/\s+/g, ' '));
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax - 1)}…`;
}
