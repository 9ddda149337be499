import type { Json } from '../model/json.ts';
import type { Bindings, Evaluated } from './expression.ts';

/** What one expression of a mapping came to on one event: for `try`, `test` and the playground, never for the worker. */
export interface TraceEntry {
  /** Where it stands in the file, as in `['event', 'user', 'id']`. */
  readonly path: readonly (string | number)[];
  /** The text behind the `=`. */
  readonly expression: string;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  /**
   * `why` is what the data has to do with it: for nothing, null, what is empty, false and faults where it could be found
   * out; for a value that is there only what is probably a mistake, such as a key that is missing beside one almost like
   * it.
   */
  readonly result:
    | { readonly kind: 'value'; readonly value: Json; readonly why?: string }
    | { readonly kind: 'nothing'; readonly why: string | null }
    | { readonly kind: 'skip'; readonly reason: string; readonly why?: string }
    | { readonly kind: 'fault'; readonly message: string; readonly why?: string };
}

/** An expression at the moment after it was evaluated. */
export interface EvaluatedExpression {
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly item: number | null;
  readonly input: Json;
  readonly bindings: Bindings;
  readonly evaluated: Evaluated;
}

/** Told of every expression, in the order of evaluation; evaluation goes on when it is done. */
export type Trace = (expression: EvaluatedExpression) => void | Promise<void>;
