import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkReport } from '../../config/check-report.ts';
import { type Configuration, loadConfiguration } from '../../config/load.ts';
import { formatProblem } from '../../diagnostics/format.ts';
import { isError, type Problem } from '../../diagnostics/problem.ts';
import type { CheckReport } from '../../mapping/placed-results.ts';
import { checkReportJson } from '../../pipeline/check-report-json.ts';
import { exitCodes, type Verb } from '../command.ts';
import { junitReport } from '../junit.ts';
import { chooseFiles } from '../named-files.ts';
import { print, printError, printJson } from '../output.ts';
import { coverageReport, passed, testReport } from '../test-report.ts';
import { rerunOnChange } from '../watch-folder.ts';

/** `hookstitch test`: the `tests:` of the mappings, through the same evaluator as the gateway; nothing is sent. */
export const testCommand: Verb = {
  usage: 'test [files...]',
  description: "run the mappings' own tests; nothing is sent",
  configure: (command) =>
    command
      .option('--coverage', 'list the expressions that no test makes produce a value')
      .option('--watch', 'run again when a mapping or a fixture changes, until Ctrl-C')
      .option('--junit <file>', 'also write the results as JUnit XML')
      .option('--json', 'machine-readable output'),
  run: async ([files], options) => {
    const wanted = files as readonly string[];
    if (options.watch !== true) return runTests(await loadConfiguration(), wanted, options);
    const { settings } = await loadConfiguration();
    await rerunOnChange(settings.mappingsDir, async (signal) => {
      const configuration = await loadConfiguration();
      await runTests(configuration, wanted, { ...options, signal });
      return configuration.mappings.fixtures;
    });
    return exitCodes.ok;
  },
};

interface TestOptions {
  readonly json?: unknown;
  readonly junit?: unknown;
  readonly coverage?: unknown;
  readonly signal?: AbortSignal;
}

async function runTests(
  configuration: Configuration,
  typed: readonly string[],
  { json, junit, coverage, signal }: TestOptions,
): Promise<number> {
  const { mappings, settings } = configuration;
  const chosen = chooseFiles(typed, { what: 'mapping', folder: settings.mappingsDir, known: mappings.files });
  const wanted = chosen.map((path) => basename(path));
  const concerns = (path: string): boolean => wanted.length === 0 || wanted.includes(basename(path));
  const errors = [...configuration.file.problems, ...configuration.mappings.problems].filter(
    (problem) => isError(problem) && concerns(problem.at.file),
  );
  const report = await checkReport(configuration, concerns, signal);
  const ok = errors.length === 0 && report.results.every(passed);
  if (typeof junit === 'string') await writeFile(junit, junitReport(report, errors));
  if (json === true) printJson(checkReportJson(report, errors));
  else printReport(report, errors, coverage === true);
  return ok ? exitCodes.ok : exitCodes.problems;
}

function printReport(report: CheckReport, errors: readonly Problem[], coverage: boolean): void {
  for (const problem of errors) printError(formatProblem(problem));
  if (coverage) print(coverageReport(report));
  print(testReport(report));
}
