import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Place } from './place.tsx';
import type { ResultProps } from './result-props.ts';

/** The mapping's own tests on the text as it is typed. */
export function Tests({ tested, isTesting, onRunTests, onGoTo }: ResultProps) {
  return (
    <div class="stack">
      <div class="line apart">
        <span class="hint">Tests run on the text as it is here, saved or not. Nothing is sent.</span>
        <button type="button" class="button slim" disabled={isTesting} onClick={onRunTests}>
          {isTesting ? 'Running…' : 'Run tests'}
        </button>
      </div>
      {tested !== undefined && tested.results.length === 0 && (
        <p class="hint">
          {tested.problems.some(({ severity }) => severity === 'error')
            ? 'The mapping has errors, so its tests did not run.'
            : 'This mapping has no tests yet. “Make test from this” writes one from the event.'}
        </p>
      )}
      {tested !== undefined && tested.results.length > 0 && (
        <ul class="tests">
          {tested.results.map(({ index, name, ok, at, failures }) => (
            <li key={index}>
              <div class="line">
                {ok ? <Mark tone="good" icon="✓" word="passed" /> : <Mark tone="bad" icon="✗" word="failed" />}
                <span class="break">{visibleText(name)}</span>
                {at !== undefined && <Place at={at} onGoTo={onGoTo} />}
              </div>
              {failures.map((failure) => (
                <div key={failure.message} class="failure">
                  <span class="break">{visibleText(failure.message)}</span>
                  {failure.at !== undefined && <Place at={failure.at} onGoTo={onGoTo} />}
                  {failure.from.map((origin) => (
                    <div key={origin.path} class="line">
                      <span class="mono break muted">
                        {origin.path}
                        {origin.expression === null ? '' : ` ← ${visibleText(origin.expression)}`}
                      </span>
                      {origin.at !== undefined && <Place at={origin.at} onGoTo={onGoTo} />}
                    </div>
                  ))}
                </div>
              ))}
            </li>
          ))}
        </ul>
      )}
      {tested !== undefined && tested.coverage.expressions > 0 && (
        <p class="hint">
          {tested.coverage.produced} of {tested.coverage.expressions} expressions produced a value in some test.
        </p>
      )}
    </div>
  );
}
