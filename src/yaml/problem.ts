import { distance } from 'fastest-levenshtein';
import type { Position } from '../model/error.ts';

/** One thing wrong in a file a person wrote: what, where, and what to write instead. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, as in `yaml/unknown-key`. */
  readonly code: string;
  readonly message: string;
  readonly at: Position;
  readonly hint?: string | undefined;
}

export const isError = (problem: Problem): boolean => problem.severity === 'error';

/** The known word a misspelt one most likely means: at most a third of its letters may differ, or two swapped ones. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, apart: distance(lower, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.apart - b.apart);
  const best = ranked[0];
  return best !== undefined && best.apart <= Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

export function didYouMean(
  word: string,
  known: readonly string[],
  format = (name: string): string => name,
): string | undefined {
  const match = closest(word, known);
  return match === undefined ? undefined : `did you mean ${format(match)}?`;
}

/** `file:line:column  severity  message  [code]`, with the hint below it. */
export function formatProblem({ at, severity, message, code, hint }: Problem): string {
  const first = `${at.file}:${at.line}:${at.column}  ${severity}  ${message}  [${code}]`;
  return hint === undefined ? first : `${first}\n  hint: ${hint}`;
}
