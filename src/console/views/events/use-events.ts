import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiEventList, ApiListedEvent } from '../../../api-shapes/event-list.ts';
import { api, isAbort, pathWith } from '../../api/client.ts';
import { onChange } from '../../api/live.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
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
  const [problem, setProblem] = useState<ApiProblem>();
  const [isLoading, setLoading] = useState(true);
  const leaving = useRef(new AbortController());

  const ask = useCallback(async (asked: string, answered: (list: ApiEventList) => void): Promise<void> => {
    const { signal } = leaving.current;
    try {
      const list = await api<ApiEventList>(asked, { signal });
      if (signal.aborted) return;
      answered(list);
      setProblem(undefined);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      setProblem(asProblem(error));
    }
    setLoading(false);
  }, []);
  const reload = useCallback(() => {
    setLoading(true);
    void ask(path, (list) => {
      setRows({ ...none, shown: list.items });
      setEnd(list);
    });
  }, [ask, path]);

  useEffect(() => {
    leaving.current = new AbortController();
    setRows(none);
    reload();
    return () => leaving.current.abort();
  }, [reload]);
  useEffect(
    () =>
      onChange(
        ['events', 'deliveries'],
        () => void ask(path, ({ items }) => setRows((before) => withNewest(before, items))),
      ),
    [ask, path],
  );

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
