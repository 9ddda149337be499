import { basename } from 'node:path';
import { checkConfiguration } from '../../config/check-setup.ts';
import { loadConfiguration } from '../../config/load.ts';
import type { TestResult } from '../../mapping/check.ts';
import { formatProblem, isError } from '../../yaml/problem.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printError, printJson, style } from '../output.ts';

/** `hookstitch test`: the `tests:` of the mappings, through the same evaluator as the gateway; nothing is sent. */
export const testCommand: Verb = {
  usage: 'test [files...]',
  description: "run the mappings' own tests; nothing is sent",
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async ([files], { json }) => {
    const configuration = await loadConfiguration();
    const wanted = new Set((files as readonly string[]).map((path) => basename(path)));
    const concerns = (path: string): boolean => wanted.size === 0 || wanted.has(basename(path));
    const errors = [...configuration.file.problems, ...configuration.mappings.problems].filter(
      (problem) => isError(problem) && concerns(problem.at.file),
    );
    for (const problem of errors) printError(formatProblem(problem));
    const results = await checkConfiguration(configuration, concerns);
    if (json === true) printJson({ ok: errors.length === 0 && results.every(passed), results });
    else printReport(results);
    return errors.length === 0 && results.every(passed) ? exitCodes.ok : exitCodes.problems;
  },
};

const passed = ({ failures }: TestResult): boolean => failures.length === 0;

function printReport(results: readonly TestResult[]): void {
  for (const [file, own] of Map.groupBy(results, (result) => result.file)) {
    print(file);
    for (const { name, failures } of own) {
      print(`  ${failures.length === 0 ? style('green', '✓') : style('red', '✗')} ${name}`);
      for (const failure of failures) print(`      ${failure}`);
    }
  }
  const count = results.filter(passed).length;
  print(`${count} passed, ${results.length - count} failed`);
}
