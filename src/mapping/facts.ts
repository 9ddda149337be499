import type { Json } from '../model/json.ts';
import type { Linked } from './stitching.ts';

/** What a lookup came to; `missing` says why there is nothing. */
export type LookupFact = { readonly found: Json } | { readonly missing: string };

/** What a mapping needs to know beyond its event. Evaluation is a pure function of both. */
export interface Facts {
  /** By mapping file and name what its lookups came to; one that is missing here is asked for. */
  readonly lookups?: Readonly<Record<string, Readonly<Record<string, LookupFact>>>>;
  /**
   * By mapping file and item what the links say of whose event it is; the last counts for all items that follow. A file
   * that is missing here asks, where its mapping stitches.
   */
  readonly linked?: Readonly<Record<string, readonly Linked[]>>;
}
