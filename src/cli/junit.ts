import type { Problem } from '../diagnostics/problem.ts';
import type { CheckReport, PlacedResult } from '../mapping/placed-results.ts';
import type { TestFailure } from '../mapping/test-failure.ts';
import { passed, place } from './test-report.ts';

/** The report as JUnit XML, which CI services show: a suite for each mapping, and one for files that do not load. */
export function junitReport({ results }: CheckReport, problems: readonly Problem[]): string {
  const suites = [...Map.groupBy(results, ({ file }) => file)].map(([file, own]) => suite(file, own));
  const broken = [...Map.groupBy(problems, ({ at }) => at.file)].map(([file, own]) => brokenSuite(file, own));
  const attributes = {
    name: 'hookstitch',
    tests: results.length + problems.length,
    failures: results.filter((result) => !passed(result)).length,
    errors: problems.length,
    time: seconds(results),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, [...suites, ...broken])}\n`;
}

function suite(file: string, results: readonly PlacedResult[]): string {
  const failures = results.filter((result) => !passed(result)).length;
  const attributes = { name: file, tests: results.length, failures, errors: 0, time: seconds(results) };
  return element('testsuite', attributes, results.map(testCase));
}

/** One `failure` with everything in it: a second one is lost on some readers. */
function testCase(result: PlacedResult): string {
  const { file, name, at, failures } = result;
  const position = at === undefined ? {} : { file: at.file, line: at.line };
  const [first, ...others] = failures;
  const message = [first?.message, ...(others.length === 0 ? [] : [`and ${others.length} more`])].join(', ');
  const text = failures.map(failureText).join('\n\n');
  const told = first === undefined ? [] : [element('failure', { message, type: first.kind }, [escaped(text)])];
  return element('testcase', { classname: file, name, ...position, time: seconds([result]) }, told);
}

function failureText({ message, at, from }: TestFailure): string {
  const origins = from.flatMap((origin) =>
    origin.written === null || origin.at === undefined ? [] : [`${place(origin.at)} ${origin.written.text}`],
  );
  const says = at === undefined ? [] : [`expected at ${place(at)}`];
  return [message, ...says, ...origins].join('\n');
}

function brokenSuite(file: string, problems: readonly Problem[]): string {
  const cases = problems.map(({ at, code, message, hint }) => {
    const text = [`${place(at)} ${message}`, hint].join('\n');
    const error = element('error', { message, type: code }, [escaped(text)]);
    return element('testcase', { classname: file, name: code, file: at.file, line: at.line, time: '0' }, [error]);
  });
  return element('testsuite', { name: file, tests: cases.length, failures: 0, errors: cases.length, time: '0' }, cases);
}

const seconds = (results: readonly PlacedResult[]): string =>
  (results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/** XML 1.0 has no way to write most control characters, nor half a surrogate pair. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\n\t\r]/g, (character) => entities[character] ?? character);
