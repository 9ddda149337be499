import type { ApiProblemAt } from '../../../api-shapes/playground.ts';
import { Mark } from '../../ui/status.tsx';
import { Place } from './place.tsx';
import type { ResultProps } from './result-props.ts';

interface ProblemsProps extends Pick<ResultProps, 'onGoTo'> {
  readonly problems: readonly ApiProblemAt[];
}

/** What is wrong with the text, below it: the same as under its words. */
export function Problems({ problems, onGoTo }: ProblemsProps) {
  return (
    <div class="found" role="status">
      {problems.length === 0 ? (
        <Mark tone="good" icon="✓" word="no problems" />
      ) : (
        <ul>
          {problems.map(({ severity, message, hint, at }) => (
            <li key={`${at.line}:${at.column} ${message}`}>
              {severity === 'error' ? (
                <Mark tone="bad" icon="✗" word="error" />
              ) : (
                <Mark tone="warn" icon="!" word="warning" />
              )}{' '}
              <Place at={at} onGoTo={onGoTo} /> <span class="break">{message}</span>{' '}
              <span class="muted break">{hint}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
