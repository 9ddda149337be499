import { basename } from 'node:path';
import { disabledProblems, loadConfiguration } from '../../config/load.ts';
import { formatProblem, isError, type Problem } from '../../yaml/problem.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printJson, style } from '../output.ts';

/** `hookstitch validate`: every problem of every file in one go. */
export const validateCommand: Verb = {
  usage: 'validate [files...]',
  description: 'check gateway.yaml and the mappings; all problems of all files in one run',
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async ([files], { json }) => {
    const configuration = await loadConfiguration();
    const { file, mappings, gatewayPath } = configuration;
    const wanted = new Set((files as readonly string[]).map((path) => basename(path)));
    const concerns = (path: string): boolean => wanted.size === 0 || wanted.has(basename(path));
    const problems = [...file.problems, ...mappings.problems, ...disabledProblems(configuration)].filter(({ at }) =>
      concerns(at.file),
    );
    const shown = [...(gatewayPath === null ? [] : [gatewayPath]), ...mappings.files].filter(concerns);
    if (json === true) printJson({ ok: !problems.some(isError), files: shown, problems });
    else printReport(shown, problems);
    return problems.some(isError) ? exitCodes.problems : exitCodes.ok;
  },
};

function printReport(files: readonly string[], problems: readonly Problem[]): void {
  for (const file of files) {
    const own = problems.filter(({ at }) => at.file === file);
    print(`${own.some(isError) ? style('red', '✗') : style('green', '✓')} ${file}`);
    for (const problem of own) print(indent(formatProblem(problem)));
  }
  for (const problem of problems.filter(({ at }) => !files.includes(at.file))) print(formatProblem(problem));
  const broken = files.filter((file) =>
    problems.some((problem) => isError(problem) && problem.at.file === file),
  ).length;
  print(
    `${files.length - broken} ${files.length - broken === 1 ? 'file' : 'files'} ok${broken === 0 ? '' : `, ${broken} with errors`}`,
  );
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');
