/** What was typed and not saved, kept for as long as this browser's tab lives. */
export interface Draft {
  readonly text: string;
  /** Of the text that it is a change of; null for a new file. */
  readonly hash: string | null;
  /** The text that it is a change of. */
  readonly base: string;
}

const keyOf = (file: string): string => `hookstitch.draft.${file}`;

export function draftOf(file: string): Draft | undefined {
  try {
    const kept = sessionStorage.getItem(keyOf(file));
    return kept === null ? undefined : (JSON.parse(kept) as Draft);
  } catch {
    // Storage can be switched off altogether.
    return undefined;
  }
}

export function keepDraft(file: string, draft: Draft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(keyOf(file));
    else sessionStorage.setItem(keyOf(file), JSON.stringify(draft));
  } catch {
    // Full, or switched off: then the draft lives as long as the page.
  }
}
