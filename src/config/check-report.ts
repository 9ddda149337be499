import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coverageOf } from '../mapping/coverage.ts';
import { type CheckReport, placedExpression, placedResult } from '../mapping/placed-results.ts';
import { defined } from '../model/defined.ts';
import { parseYaml, type YamlFile } from '../yaml/document.ts';
import { checkConfiguration } from './check-setup.ts';
import type { Configuration } from './load.ts';

/** Runs the tests of the mappings that `concerns` names. */
export async function checkReport(
  configuration: Configuration,
  concerns: (file: string) => boolean,
  signal?: AbortSignal,
): Promise<CheckReport> {
  const results = await checkConfiguration(configuration, concerns, defined({ signal }));
  const definitions = configuration.mappings.definitions.filter(({ file }) => concerns(file));
  const { total, missed } = coverageOf(definitions, results);
  const files = await readFiles(
    configuration.settings.mappingsDir,
    definitions.map(({ file }) => file),
  );
  return {
    results: results.map((result) => placedResult(result, files.get(result.file))),
    coverage: { total, missed: missed.map((expression) => placedExpression(expression, files.get(expression.file))) },
  };
}

/** Only those that can still be read: without its place a failure is told all the same. */
async function readFiles(folder: string, names: readonly string[]): Promise<ReadonlyMap<string, YamlFile>> {
  const files = new Map<string, YamlFile>();
  for (const name of names) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : parseYaml(path, text);
    if (parsed?.ok === true) files.set(name, parsed.yaml);
  }
  return files;
}
