import type { ReadMapping } from '../mapping/load.ts';
import type { CheckReport, PlacedResult } from '../mapping/placed-results.ts';
import type { Json } from '../model/json.ts';

type Problem = ReadMapping['problems'][number];

/** As the API and `hookstitch test --json` give it. */
export function checkReportJson({ results, coverage }: CheckReport, problems: readonly Problem[]): Json {
  const { total, missed } = coverage;
  return {
    ok:
      problems.every(({ severity }) => severity !== 'error') && results.every(({ failures }) => failures.length === 0),
    problems: problems as unknown as Json,
    results: results.map(resultJson),
    coverage: {
      expressions: total,
      produced: total - missed.length,
      missed: missed.map(({ file, path, text, at }) => ({
        file,
        path: path.join('.'),
        expression: text,
        at: at as unknown as Json,
      })),
    },
  };
}

function resultJson({ file, index, name, durationMs, at, failures }: PlacedResult): Json {
  return {
    file,
    index,
    name,
    ok: failures.length === 0,
    at: at as unknown as Json,
    duration_ms: Math.round(durationMs),
    failures: failures.map(({ from, says: _, ...failure }) => ({
      ...failure,
      from: from.map(({ path, written, why, at: where }) => ({
        path: path.join('.'),
        expression: written?.text ?? null,
        why,
        at: where as unknown as Json,
      })),
    })) as unknown as Json,
  };
}
