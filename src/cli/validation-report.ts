import { basename } from 'node:path';
import { counted, type ValidatedFile, type Validation } from '../config/validation.ts';
import { indent, renderProblem } from '../diagnostics/format.ts';
import { isError, type Problem } from '../diagnostics/problem.ts';
import { style } from './output.ts';

/** A line for each file, what is wrong below it, and what to do next at the end. */
export function validationReport({ files, problems }: Validation): string {
  const width = Math.max(0, ...files.map(({ path }) => basename(path).length));
  const elsewhere = problems.filter(({ at }) => !files.some(({ path }) => path === at.file));
  const lines = files.flatMap((file) => [headline(file, width), ...file.problems.map(shown)]);
  return [...lines, ...elsewhere.map(shown), closingLine(files, problems)].join('\n');
}

const shown = (problem: Problem): string => indent(renderProblem(problem));

function headline({ path, summary, problems }: ValidatedFile, width: number): string {
  const name = basename(path).padEnd(width);
  if (summary !== undefined) return `${style('green', '✓')} ${name}  ${summary}`.trimEnd();
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  const counts = [counted(errors, 'error'), ...(warnings === 0 ? [] : [counted(warnings, 'warning')])];
  return `${style('red', '✗')} ${name}  ${counts.join(', ')}`;
}

function closingLine(files: readonly ValidatedFile[], problems: readonly Problem[]): string {
  const broken = files.filter((file) => file.problems.some(isError)).length;
  const good = `${counted(files.length - broken, 'file')} ok`;
  const first = problems.find(isError) ?? problems[0];
  const more = first === undefined ? '' : `   More: hookstitch explain ${first.code}`;
  return `${broken === 0 ? good : `${good}, ${broken} with errors`}.${more}`;
}
