import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api/problem.ts';
import type { Loaded } from '../api/use-api.ts';
import { Icon, type IconName } from './icon.tsx';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  /** What it means and what to do next. */
  readonly children?: ComponentChildren;
}

export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The API's own words, and what to do next. */
export function ProblemState({ problem, retry }: { readonly problem: ApiProblem; readonly retry?: () => void }) {
  return (
    <div class="state" role="alert">
      <Icon name="problems" />
      <h2>{problem.message}</h2>
      {problem.hint !== null && <p>{problem.hint}</p>}
      <p class="small mono">{problem.code}</p>
      {retry !== undefined && !problem.code.endsWith('_not_found') && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** For what does not fill a view: a line where it happened. */
export function ProblemNote({ problem }: { readonly problem: ApiProblem }) {
  return (
    <div class="note bad" role="alert">
      <Icon name="problems" />
      <span>
        {problem.message}
        {problem.hint !== null && <span class="muted"> {problem.hint}</span>}
      </span>
    </div>
  );
}

const widths = ['62%', '84%', '71%', '90%', '55%', '78%', '66%', '88%'];

/** Where the lines will be, so that nothing jumps when they come. */
export function Loading({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div class="stack panel-body" role="status">
      <span class="unseen">loading</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="bone" style={{ width: widths[index % widths.length] }} />
      ))}
    </div>
  );
}

interface AnsweredProps<T> {
  readonly of: Loaded<T>;
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}

/** What the API answered; until then, or instead, the state that it is in. Old data stays under a note when asking again fails. */
export function Answered<T>({ of: { data, problem, reload }, lines = 6, children }: AnsweredProps<T>) {
  if (data === undefined)
    return problem === undefined ? <Loading lines={lines} /> : <ProblemState problem={problem} retry={reload} />;
  return (
    <>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {children(data)}
    </>
  );
}
