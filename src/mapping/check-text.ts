import { parseYaml } from '../yaml/document.ts';
import type { TestResult } from './check.ts';
import type { MappingDefinition } from './compile.ts';
import { coverageOf } from './coverage.ts';
import type { Evaluator } from './evaluator/evaluator.ts';
import { examine, type ReadFile, withFixtures } from './examine.ts';
import type { Finding } from './library.ts';
import { type CheckReport, placedExpression, placedResult } from './placed-results.ts';
import type { KnownNames } from './static/known-names.ts';

/** What the reload would say of a text if it were saved, and what came of its tests. */
export interface Checked {
  readonly finding: Finding;
  readonly report: CheckReport;
}

export interface TextCheck {
  /** The mappings folder, for the fixtures of its tests. */
  readonly folder: string;
  readonly known: KnownNames;
  readonly evaluator: Pick<Evaluator, 'read'>;
  /** Runs tests, with traces. */
  readonly check: (definitions: readonly MappingDefinition[]) => Promise<readonly TestResult[]>;
}

/** The text as the file of this name, read, tested and judged as a saved one is. */
export async function checkText(
  file: string,
  text: string,
  { folder, known, evaluator, check }: TextCheck,
): Promise<Checked> {
  const reading = await evaluator.read({ file: { name: file, shown: file }, text, known });
  const read: ReadFile = { file, shown: file, ...(reading ?? unread(file)) };
  const whole = await withFixtures(read, folder);
  let results: readonly TestResult[] = [];
  const [finding] = await examine([whole], async (definitions) => {
    results = await check(definitions);
    return results;
  });
  const definitions = whole.definition === undefined ? [] : [whole.definition];
  return { finding: finding ?? { file, kind: 'gone' }, report: reportOf(text, { file, definitions, results }) };
}

const unread = (file: string): Pick<ReadFile, 'problems' | 'testsAt'> => ({
  testsAt: [],
  problems: [
    {
      ...{ severity: 'error', code: 'mapping/not-checked', at: { file, line: 1, column: 1 } },
      ...{ message: 'reading it took too much time or memory', hint: 'split it into several files' },
    },
  ],
});

interface Tested {
  readonly file: string;
  readonly definitions: readonly MappingDefinition[];
  readonly results: readonly TestResult[];
}

function reportOf(text: string, { file, definitions, results }: Tested): CheckReport {
  const parsed = parseYaml(file, text);
  const yaml = parsed.ok ? parsed.yaml : undefined;
  const { total, missed } = coverageOf(definitions, results);
  return {
    results: results.map((result) => placedResult(result, yaml)),
    coverage: { total, missed: missed.map((expression) => placedExpression(expression, yaml)) },
  };
}
