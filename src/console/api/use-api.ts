import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { api, isAbort } from './client.ts';
import { onChange, type Topic } from './live.ts';
import { type ApiProblem, asProblem } from './problem.ts';

export interface Loaded<T> {
  /** The last good answer for this path; kept while it is asked for again. */
  readonly data: T | undefined;
  /** That `data` was answered before this view was opened, and may have changed since. */
  readonly isEarlier: boolean;
  readonly problem: ApiProblem | undefined;
  readonly isLoading: boolean;
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
  const [isLoading, setLoading] = useState(path !== null);
  const [round, setRound] = useState(0);
  const shown = useRef(path);
  const reload = useCallback(() => setRound((count) => count + 1), []);

  useEffect(() => {
    shown.current = path;
    if (path === null) return;
    const leaving = new AbortController();
    setLoading(true);
    api<T>(path, { signal: leaving.signal }).then(
      (data) => {
        keep(path, data);
        setAnswered({ path, data });
        setLoading(false);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        setAnswered((before) => ({
          path,
          data: before.path === path ? before.data : undefined,
          problem: asProblem(error),
        }));
        setLoading(false);
      },
    );
    return () => leaving.abort();
  }, [path, round]);

  const named = topics.join(' ');
  useEffect(() => (named === '' ? undefined : onChange(named.split(' ') as Topic[], reload)), [named, reload]);

  const isOwn = answered.path === path;
  const data = isOwn ? answered.data : path === null ? undefined : (lately.get(path) as T | undefined);
  return { data, isEarlier: !isOwn, problem: isOwn ? answered.problem : undefined, isLoading, reload };
}
