import { useEffect, useState } from 'preact/hooks';
import type { ApiLineage, ApiPreview, ApiProblemAt } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';
import { api, isAbort } from '../../api/client.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import type { MappingText } from './use-mapping-text.ts';

/** An event that was received, or a body that somebody has pasted. */
export type Subject =
  | { readonly kind: 'stored'; readonly id: string; readonly isRevealed: boolean }
  | { readonly kind: 'pasted'; readonly body: Json; readonly type: string };

export interface Previewed {
  /** Of the text as it is, good or not. */
  readonly problems: readonly ApiProblemAt[];
  /** The newest that could be told; of an earlier text while the newest is no mapping. */
  readonly preview: ApiPreview | undefined;
  readonly lineage: readonly ApiLineage[];
  readonly problem: ApiProblem | undefined;
  /** The text has changed since, or has errors. */
  readonly isOld: boolean;
}

const waitMs = 150;
const nothing: Previewed = { problems: [], preview: undefined, lineage: [], problem: undefined, isOld: false };

/** What the text makes of the event: asked as it is typed, once the typing rests for a moment. */
export function usePreview(opened: MappingText | undefined, subject: Subject | undefined): Previewed {
  const [previewed, setPreviewed] = useState<Previewed>(nothing);
  const subjectKey = JSON.stringify(subject ?? null);
  useEffect(() => {
    if (opened === undefined) return setPreviewed(nothing);
    const leaving = new AbortController();
    setPreviewed((before) => ({ ...before, isOld: before.preview !== undefined }));
    const timer = setTimeout(() => {
      ask(opened, subject, leaving.signal).then(
        (answer) => setPreviewed((before) => after(before, answer)),
        (error: unknown) => {
          if (!isAbort(error)) setPreviewed((before) => ({ ...before, problem: asProblem(error) }));
        },
      );
    }, waitMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [opened?.file, opened?.text, subjectKey]);
  return previewed;
}

type Answer = Pick<ApiPreview, 'problems' | 'lineage'> & { readonly preview?: ApiPreview };

async function ask({ file, text }: MappingText, subject: Subject | undefined, signal: AbortSignal): Promise<Answer> {
  if (subject === undefined) return await api<Answer>('/lineage', { method: 'POST', body: { file, text }, signal });
  const event =
    subject.kind === 'stored'
      ? subject.id
      : { body: subject.body, ...(subject.type === '' ? {} : { type: subject.type }) };
  const body = { file, mapping: text, event, lineage: true };
  // What somebody has pasted they have seen.
  const path = subject.kind === 'pasted' || subject.isRevealed ? '/preview?reveal=true' : '/preview';
  const preview = await api<ApiPreview>(path, { method: 'POST', body, signal });
  return { problems: preview.problems, ...(preview.lineage && { lineage: preview.lineage }), preview };
}

const hasErrors = (problems: readonly ApiProblemAt[]): boolean => problems.some(({ severity }) => severity === 'error');

function after(before: Previewed, { problems, lineage, preview }: Answer): Previewed {
  const isWhole = !hasErrors(problems);
  return {
    problems,
    problem: undefined,
    preview: isWhole ? preview : before.preview,
    lineage: isWhole ? (lineage ?? []) : before.lineage,
    isOld: !isWhole,
  };
}
