import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type ApiProblem, asProblem } from '../api/problem.ts';
import { ProblemState } from './states.tsx';

interface LaterProps<T> {
  /** The same function each time. */
  readonly load: () => Promise<T>;
  readonly meanwhile?: ComponentChildren;
  readonly children: (loaded: T) => ComponentChildren;
}

/** Code that few visits need, loaded by those. */
export function Later<T>({ load, meanwhile = null, children }: LaterProps<T>) {
  const [loaded, setLoaded] = useState<{ readonly code: T }>();
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    load().then(
      (code) => setLoaded({ code }),
      (error: unknown) => setProblem(asProblem(error)),
    );
  }, [load]);
  if (problem !== undefined) return <ProblemState problem={problem} />;
  return <>{loaded === undefined ? meanwhile : children(loaded.code)}</>;
}
