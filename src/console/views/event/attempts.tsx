import type { ApiAttempt } from '../../../api-shapes/stored.ts';
import { Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { duration } from '../../ui/time-text.ts';

/** Every try with what came back, the last one first. */
export function Attempts({ history }: { readonly history: readonly ApiAttempt[] }) {
  if (history.length === 0) return <p class="muted">It has not been tried yet.</p>;
  return (
    <ol class="stack">
      {history.toReversed().map((attempt) => (
        <li key={attempt.number} class="stack tight">
          <div class="line">
            <span class="muted number">#{attempt.number}</span>
            <Status word={attempt.outcome} />
            {attempt.response !== null && <span class="mono">{attempt.response.status}</span>}
            <span class="muted">
              <Time at={attempt.started_at} as="absolute" /> · {duration(attempt.duration_ms)}
            </span>
          </div>
          {(attempt.reason !== null || attempt.message !== null) && (
            <p class="break">
              {attempt.reason !== null && <span class="mono muted">{attempt.reason} </span>}
              {visibleText(attempt.message ?? '')}
            </p>
          )}
          {attempt.response !== null && attempt.response.body !== '' && (
            <div class="code">
              <pre>{visibleText(attempt.response.body)}</pre>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
