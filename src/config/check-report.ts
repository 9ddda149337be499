import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestResult } from '../mapping/check.ts';
import { coverageOf, type WrittenExpression } from '../mapping/coverage.ts';
import type { Origin } from '../mapping/origin.ts';
import { valueAt } from '../mapping/perturbation.ts';
import type { TemplatePath } from '../mapping/template.ts';
import type { TestFailure } from '../mapping/test-failure.ts';
import { defined } from '../model/defined.ts';
import type { Position } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import { parseYaml, type YamlFile } from '../yaml/document.ts';
import { checkConfiguration } from './check-setup.ts';
import type { Configuration } from './load.ts';

/** What came of the mappings' tests, with the places in the files that it is about. */
export interface CheckReport {
  readonly results: readonly PlacedResult[];
  readonly coverage: { readonly total: number; readonly missed: readonly PlacedExpression[] };
}

export type PlacedResult = TestResult & { readonly at?: Position };
export type PlacedExpression = WrittenExpression & { readonly at?: Position };

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
    coverage: {
      total,
      missed: missed.map((expression) => placed(expression, files.get(expression.file), expression.path)),
    },
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

function placedResult(result: TestResult, yaml: YamlFile | undefined): PlacedResult {
  const test = ['tests', result.index];
  const failures = result.failures.map((failure): TestFailure => {
    const from = failure.from.map((origin) => placed<Origin>(origin, yaml, origin.written?.path ?? origin.path));
    return placed({ ...failure, from }, yaml, [...test, ...failure.says]);
  });
  return placed({ ...result, failures }, yaml, test);
}

const placed = <T extends object>(
  found: T,
  yaml: YamlFile | undefined,
  path: TemplatePath,
): T & { readonly at?: Position } => (yaml === undefined ? found : { ...found, at: positionIn(yaml, path) });

/** Of a text the first character, which in a block stands below its `|`. */
const positionIn = (yaml: YamlFile, path: TemplatePath): Position =>
  typeof valueAt(yaml.value as Json, path) === 'string' ? yaml.positionInText(path, 0) : yaml.positionOf(path);
