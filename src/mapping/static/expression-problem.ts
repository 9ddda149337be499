import type { ExpressionCode } from '../../diagnostics/catalogue.ts';

/** Something wrong with an expression's text; `offset` counts characters from its start. */
export interface ExpressionProblem {
  readonly severity: 'error' | 'warning';
  readonly code: ExpressionCode;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  /** The function or variable it is about. */
  readonly name?: string;
}
