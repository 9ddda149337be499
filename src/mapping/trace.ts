import type { Json } from '../model/json.ts';

/** What one expression of a mapping came to on one event: for `try`, `test` and the playground, never for the worker. */
export interface TraceEntry {
  /** Where it stands in the file, as in `['event', 'user', 'id']`. */
  readonly path: readonly (string | number)[];
  /** The text behind the `=`. */
  readonly expression: string;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  readonly result:
    | { readonly kind: 'value'; readonly value: Json }
    | { readonly kind: 'nothing' }
    | { readonly kind: 'skip'; readonly reason: string }
    | { readonly kind: 'fault'; readonly message: string };
}

export type Trace = (entry: TraceEntry) => void;
