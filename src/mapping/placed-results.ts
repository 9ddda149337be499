import type { Position } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import type { YamlFile } from '../yaml/document.ts';
import type { TestResult } from './check.ts';
import type { WrittenExpression } from './coverage.ts';
import type { Origin } from './origin.ts';
import { valueAt } from './perturbation.ts';
import type { TemplatePath } from './template.ts';
import type { TestFailure } from './test-failure.ts';

/** What came of mappings' tests, with the places in the files that it is about. */
export interface CheckReport {
  readonly results: readonly PlacedResult[];
  readonly coverage: { readonly total: number; readonly missed: readonly PlacedExpression[] };
}

export type PlacedResult = TestResult & { readonly at?: Position };
export type PlacedExpression = WrittenExpression & { readonly at?: Position };

/** A test's result with the places that its failures are about. */
export function placedResult(result: TestResult, yaml: YamlFile | undefined): PlacedResult {
  const test = ['tests', result.index];
  const failures = result.failures.map((failure): TestFailure => {
    const from = failure.from.map((origin) => placed<Origin>(origin, yaml, origin.written?.path ?? origin.path));
    return placed({ ...failure, from }, yaml, [...test, ...failure.says]);
  });
  return placed({ ...result, failures }, yaml, test);
}

export const placedExpression = (expression: WrittenExpression, yaml: YamlFile | undefined): PlacedExpression =>
  placed(expression, yaml, expression.path);

const placed = <T extends object>(
  found: T,
  yaml: YamlFile | undefined,
  path: TemplatePath,
): T & { readonly at?: Position } => (yaml === undefined ? found : { ...found, at: positionIn(yaml, path) });

/** Of a text the first character, which in a block stands below its `|`. */
const positionIn = (yaml: YamlFile, path: TemplatePath): Position =>
  typeof valueAt(yaml.value as Json, path) === 'string' ? yaml.positionInText(path, 0) : yaml.positionOf(path);
