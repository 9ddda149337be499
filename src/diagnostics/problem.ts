import type { Position } from '../model/error.ts';
import type { DiagnosticCode } from './catalogue.ts';

/** One thing wrong in a file a person wrote: what, where, and what to write instead. */
export interface Problem {
  /** An error keeps the file from being used; a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly at: Position;
  /** What to do, concretely. */
  readonly hint: string;
  /** The line, the one above it and a caret, for people; absent where there is no text to show. */
  readonly excerpt?: string;
}

export const isError = ({ severity }: Pick<Problem, 'severity'>): boolean => severity === 'error';

/** In the order in which a reader meets them; an error before a warning at the same place. */
export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted(
    (a, b) => a.at.line - b.at.line || a.at.column - b.at.column || Number(isError(b)) - Number(isError(a)),
  );
