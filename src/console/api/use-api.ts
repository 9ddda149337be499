import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { api, isAbort, patiently } from './client.ts';
import { inTurn } from './in-turn.ts';
import { onChange, type Topic } from './live.ts';
import { type ApiProblem, asProblem } from './problem.ts';

export interface Loaded<T> {
  /** The last good answer for this path; kept while it is asked for again. */
  readonly data: T | undefined;
  /** That `data` was answered before this view was opened, and may have changed since. */
  readonly isEarlier: boolean;
  readonly problem: ApiProblem | undefined;
  readonly reload: () => void;
}

/** What was answered lately, so that going back shows at once what was there. */
const lately = new Map<string, unknown>();
const latelyMax = 40;

function keep(path: string, answer: unknown): void {
  lately.delete(path);
  lately.set(path, answer);
  const [oldest] = lately.keys();
  if (lately.size > latelyMax && oldest !== undefined) lately.delete(oldest);
}

interface Answered<T> {
  readonly path: string | null;
  readonly data?: T | undefined;
  readonly problem?: ApiProblem | undefined;
}

/**
 * What GET `path` answers, asked again whenever something of `topics` changes. Null asks nothing. The call is aborted
 * when the view is left or the path changes.
 */
export function useApi<T>(path: string | null, topics: readonly Topic[] = []): Loaded<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ path: null });
  const ask = useRef(nothing);
  const reload = useCallback(() => ask.current(), []);

  useEffect(() => {
    if (path === null) return;
    const leaving = new AbortController();
    ask.current = inTurn(async () => {
      try {
        const data = await api<T>(path, { signal: patiently(leaving.signal) });
        keep(path, data);
        setAnswered({ path, data });
      } catch (error) {
        if (isAbort(error)) return;
        const problem = asProblem(error);
        setAnswered((before) => ({ path, data: before.path === path ? before.data : undefined, problem }));
      }
    });
    ask.current();
    return () => {
      ask.current = nothing;
      leaving.abort();
    };
  }, [path]);

  const named = topics.join(' ');
  useEffect(() => (named === '' ? undefined : onChange(named.split(' ') as Topic[], reload)), [named, reload]);

  const isOwn = answered.path === path;
  const data = isOwn ? answered.data : path === null ? undefined : (lately.get(path) as T | undefined);
  return { data, isEarlier: !isOwn, problem: isOwn ? answered.problem : undefined, reload };
}

const nothing = (): void => undefined;
