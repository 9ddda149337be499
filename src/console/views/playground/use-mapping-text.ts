import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApiMappingText } from '../../../api-shapes/playground.ts';
import { api, isAbort } from '../../api/client.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { type Draft, draftOf, keepDraft } from './drafts.ts';

/** A mapping's text as it is typed, beside what is saved. */
export interface MappingText extends Draft {
  readonly file: string;
  /** Another one whenever the text is not what the editor has typed. */
  readonly revision: number;
}

export interface OpenText {
  /** Undefined until it is there. */
  readonly opened: MappingText | undefined;
  readonly problem: ApiProblem | undefined;
  readonly isChanged: boolean;
  readonly type: (text: string) => void;
  /** Takes the place of what is typed. */
  readonly replace: (text: string) => void;
  /** A file that is not there yet. */
  readonly start: (file: string, text: string) => void;
  /** It is the saved text now. */
  readonly saved: (hash: string) => void;
  /** Somebody else's text, which the change is of from now on; null: the file is gone. */
  readonly rebase: (current: { readonly text: string; readonly hash: string } | null) => void;
  readonly discard: () => void;
}

/** The text of a file of the mappings folder; what was typed and not saved in this tab comes before what is saved. */
export function useMappingText(file: string): OpenText {
  const [opened, setOpened] = useState<MappingText>();
  const [problem, setProblem] = useState<ApiProblem>();
  const change = useCallback((next: MappingText): void => {
    const { file: name, revision: _, ...draft } = next;
    keepDraft(name, next.text === next.base && next.hash !== null ? undefined : draft);
    setOpened(next);
  }, []);

  useEffect(() => {
    if (file === '' || opened?.file === file) return;
    const draft = draftOf(file);
    setProblem(undefined);
    if (draft !== undefined) return setOpened({ file, ...draft, revision: 0 });
    setOpened(undefined);
    const leaving = new AbortController();
    api<ApiMappingText>(`/mappings/${encodeURIComponent(file)}`, { signal: leaving.signal }).then(
      ({ text, hash }) => setOpened({ file, text, hash, base: text, revision: 0 }),
      (error: unknown) => {
        if (!isAbort(error)) setProblem(asProblem(error));
      },
    );
    return () => leaving.abort();
  }, [file]);

  const current = opened?.file === file ? opened : undefined;
  return {
    opened: current,
    problem,
    isChanged: current !== undefined && (current.text !== current.base || current.hash === null),
    type: (text) => current !== undefined && text !== current.text && change({ ...current, text }),
    replace: (text) => current !== undefined && change({ ...current, text, revision: current.revision + 1 }),
    start: (name, text) => change({ file: name, text, hash: null, base: '', revision: 0 }),
    saved: (hash) => current !== undefined && change({ ...current, hash, base: current.text }),
    rebase: (other) =>
      current !== undefined && change({ ...current, hash: other?.hash ?? null, base: other?.text ?? '' }),
    discard: () => {
      if (current === undefined) return;
      keepDraft(current.file, undefined);
      setOpened(current.hash === null ? undefined : { ...current, text: current.base, revision: current.revision + 1 });
    },
  };
}
