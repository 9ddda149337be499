import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiEventList, ApiListedEvent } from '../../../api-shapes/event-list.ts';
import { api, pathWith, patiently } from '../../api/client.ts';
import { inTurn } from '../../api/in-turn.ts';
import { onChange } from '../../api/live.ts';
import { ApiProblem, asProblem } from '../../api/problem.ts';
import { type Rows, released, withNewest, withOlder } from './held-rows.ts';

export type Filter = Readonly<Record<string, string>>;

export interface EventRows {
  readonly rows: Rows<ApiListedEvent>;
  readonly isLoading: boolean;
  readonly problem: ApiProblem | undefined;
  /** Null at the end. */
  readonly cursor: string | null;
  /** How far back a bounded search has looked. */
  readonly searchedTo: string | null;
  readonly older: () => void;
  readonly show: () => void;
  readonly reload: () => void;
}

const none: Rows<ApiListedEvent> = { shown: [], held: [], hasGap: false };
const pageSize = 50;

type End = Pick<ApiEventList, 'next_cursor' | 'searched_to'>;
const noEnd: End = { next_cursor: null, searched_to: null };

/** Stored events, newest first: the first page stays up to date in its place, older ones come when they are asked for. */
export function useEvents(filter: Filter): EventRows {
  const path = pathWith('/events', { ...filter, limit: pageSize });
  const [rows, setRows] = useState(none);
  const [end, setEnd] = useState<End>(noEnd);
  const { ask, problem, isLoading, setLoading } = useAsking(path);
  const { look, reload } = useMemo(() => {
    let isAnew = false;
    const look = inTurn(async () => {
      const begins = isAnew;
      isAnew = false;
      const isAnswered = await ask(path, (list) => {
        setRows((before) => (begins ? { ...none, shown: list.items } : withNewest(before, list.items)));
        if (begins) setEnd(list);
      });
      if (!isAnswered) isAnew ||= begins;
    });
    const reload = (): void => {
      isAnew = true;
      setLoading(true);
      look();
    };
    return { look, reload };
  }, [ask, path]);

  useEffect(() => {
    setRows(none);
    reload();
  }, [reload]);
  useEffect(() => onChange(['events', 'deliveries'], look), [look]);

  const older = useCallback(() => {
    if (end.next_cursor === null) return;
    setLoading(true);
    const cursor = end.next_cursor;
    setEnd((before) => ({ ...before, next_cursor: null }));
    void ask(`${path}&cursor=${encodeURIComponent(cursor)}`, (list) => {
      setRows((before) => withOlder(before, list.items));
      setEnd(list);
    });
  }, [ask, path, end.next_cursor]);
  const show = useCallback(() => {
    const all = released(rows);
    if (all === undefined) reload();
    else setRows(all);
  }, [rows, reload]);

  return {
    rows,
    isLoading,
    problem,
    cursor: end.next_cursor,
    searchedTo: end.searched_to ?? null,
    older,
    show,
    reload,
  };
}

/** Asks for parts of the list until it is another one. */
function useAsking(path: string) {
  const [problem, setProblem] = useState<ApiProblem>();
  const [isLoading, setLoading] = useState(true);
  const leaving = useMemo(() => new AbortController(), [path]);
  useEffect(() => () => leaving.abort(), [leaving]);

  /** Whether there was an answer. */
  const ask = useCallback(
    async (asked: string, answered: (list: ApiEventList) => void): Promise<boolean> => {
      const list = await api<ApiEventList>(asked, { signal: patiently(leaving.signal) }).catch(asProblem);
      if (leaving.signal.aborted) return false;
      const isAnswered = !(list instanceof ApiProblem);
      if (isAnswered) answered(list);
      setProblem(isAnswered ? undefined : list);
      setLoading(false);
      return isAnswered;
    },
    [leaving],
  );
  return { ask, problem, isLoading, setLoading };
}
