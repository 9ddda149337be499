import type { Linked } from './stitching.ts';

/** What a mapping needs to know beyond its event. Evaluation is a pure function of both. */
export interface Facts {
  /**
   * By mapping file and item what the links say of whose event it is; the last counts for all items that follow. A file
   * that is missing here asks, where its mapping stitches.
   */
  readonly linked?: Readonly<Record<string, readonly Linked[]>>;
}
