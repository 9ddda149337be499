import type { PlacedLineage } from '../mapping/lineage/placed.ts';
import type { ReadMapping } from '../mapping/load.ts';
import type { MappingTest } from '../mapping/schema.ts';
import type { PinnableEvent } from './preview-event.ts';

/** What is asked for and answered when somebody writes a mapping. */

/** A mapping's text, whether it is saved or not. */
export interface UnsavedText {
  readonly file: string;
  readonly text: string;
}

export interface TextLineage {
  readonly problems: ReadMapping['problems'];
  readonly lineage: readonly PlacedLineage[];
}

export interface PinOrder {
  readonly event: PinnableEvent;
  /** Whose test it becomes. */
  readonly mapping?: UnsavedText | undefined;
  /** What the test shows, as a sentence. */
  readonly name?: string | undefined;
}

/** A fixture and, where there is a mapping for it, the mapping's text with a test of it. */
export interface Pinned {
  /** `given`: as a test names it. */
  readonly fixture: { readonly given: string; readonly isNew: boolean };
  readonly drafted: { readonly note: string } | { readonly failure: string } | { readonly test: MappingTest } | null;
  readonly text: string | null;
}
