import type { Problem } from './problem.ts';

/** `file:line:column  severity  message  [code]`, with the hint below it: what a log or an error message holds. */
export function formatProblem(problem: Problem): string {
  return `${headline(problem)}\n  ${hintOf(problem)}`;
}

/** The same with the excerpt in between, for people. */
export function renderProblem(problem: Problem): string {
  const { excerpt } = problem;
  const shown = excerpt === undefined ? [] : [indent(excerpt)];
  return [headline(problem), ...shown, `  ${hintOf(problem)}`].join('\n');
}

const headline = ({ at, severity, message, code }: Problem): string =>
  `${at.file}:${at.line}:${at.column}  ${severity}  ${message}  [${code}]`;

const hintOf = ({ hint }: Problem): string => `hint: ${hint.replaceAll('\n', '\n    ')}`;

export const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

/**
 * A workflow command of GitHub Actions, which shows the problem beside its line. Values are escaped as GitHub's own
 * toolkit does it; a message may hold what looks like another command.
 */
export function githubAnnotation({ severity, at, code, message, hint }: Problem): string {
  const properties = { file: at.file, line: at.line, col: at.column, title: code };
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${severity} ${listed.join(',')}::${escaped(`${message}\n${hint}`)}`;
}

const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapedProperty = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
