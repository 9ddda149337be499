import { useState } from 'preact/hooks';
import type { ApiPreview, ApiPreviewDestination } from '../../../api-shapes/playground.ts';
import { JsonTree } from '../../ui/json-tree.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { Changes } from './changes.tsx';
import { Place } from './place.tsx';
import type { ResultProps } from './result-props.ts';
import { Tests } from './tests.tsx';
import { Values } from './values.tsx';

/** What comes of it: every value, the payload for each destination, and the mapping's own tests. */
export function ResultPane(props: ResultProps) {
  const { previewed, hasSubject, tested, selected, onSelect, onGoTo } = props;
  const { preview, problem, isOld } = previewed;
  const [itemIndex, setItem] = useState(0);
  const items = preview?.items ?? [];
  const item = items[Math.min(itemIndex, items.length - 1)];
  const targets = item?.destinations ?? [];
  const passed = tested?.results.filter(({ ok }) => ok).length ?? 0;
  const tabs = [
    { key: 'values', title: 'Values', content: () => <Values {...props} /> },
    ...targets.map((target) => ({
      key: `to:${target.destination}`,
      title: (
        <>
          {target.destination} <Verdict target={target} />
        </>
      ),
      content: () => <Payload {...props} target={target} />,
    })),
    {
      key: 'tests',
      title: tested === undefined ? 'Tests' : `Tests ${passed}/${tested.results.length}`,
      content: () => <Tests {...props} />,
    },
  ];
  return (
    <div class="result" data-old={isOld ? '' : undefined}>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {preview !== undefined && <Outcome preview={preview} onGoTo={onGoTo} />}
      {!hasSubject && <p class="hint">Choose an event, or paste a body, to see what the mapping makes of it.</p>}
      {isOld && preview !== undefined && (
        <p class="hint">Of the text before: the one you are typing has errors or is on its way.</p>
      )}
      {items.length > 1 && (
        <label class="line hint">
          Item
          <select
            class="input"
            value={String(itemIndex)}
            onChange={({ currentTarget }) => setItem(Number(currentTarget.value))}
          >
            {items.map((_, index) => (
              <option key={index} value={String(index)}>
                {index + 1} of {items.length}
              </option>
            ))}
          </select>
        </label>
      )}
      <Tabs label="Results" tabs={tabs} selected={selected} onSelect={onSelect} />
    </div>
  );
}

const outcomes = {
  translated: ['good', '✓', 'translated'],
  skipped: ['quiet', '⊘', 'skipped'],
  unmatched: ['warn', '?', 'unmatched'],
  failed: ['bad', '✗', 'failed'],
  unreadable: ['bad', '✗', 'unreadable'],
  invalid: ['bad', '✗', 'invalid'],
} as const;

function Outcome({ preview, onGoTo }: { readonly preview: ApiPreview } & Pick<ResultProps, 'onGoTo'>) {
  const [tone, icon, word] = outcomes[preview.outcome];
  return (
    <div class="outcome" role="status">
      <Mark tone={tone} icon={icon} word={word} />
      {preview.message !== null && <span class="break">{visibleText(preview.message)}</span>}
      {preview.at !== null && <Place at={preview.at} onGoTo={onGoTo} />}
    </div>
  );
}

function Verdict({ target }: { readonly target: ApiPreviewDestination }) {
  if (target.outcome === 'payload')
    return target.ok ? <Mark tone="good" icon="✓" word="valid" /> : <Mark tone="bad" icon="✗" word="invalid" />;
  return target.outcome === 'skipped' ? (
    <Mark tone="quiet" icon="⊘" word="skipped" />
  ) : (
    <Mark tone="bad" icon="✗" word="failed" />
  );
}

interface PayloadProps extends ResultProps {
  readonly target: ApiPreviewDestination;
}

function Payload({ target, linked, onGoTo, onPointPayload }: PayloadProps) {
  const { destination, payload, problems, off, message, at, last } = target;
  return (
    <div class="stack">
      {off !== null && <p class="hint">This destination is off: {off}. Nothing would be sent.</p>}
      {message !== null && (
        <p class="hint">
          {visibleText(message)} {at !== null && <Place at={at} onGoTo={onGoTo} />}
        </p>
      )}
      {problems.length > 0 && (
        <ul class="complaints" aria-label={`What ${destination} would refuse`}>
          {problems.map((problem) => (
            <li key={`${problem.path} ${problem.message}`}>
              <span class="mono break">{problem.path === '' ? 'the payload' : problem.path}</span>{' '}
              {visibleText(problem.message)} <Place at={problem.at} onGoTo={onGoTo} />
            </li>
          ))}
        </ul>
      )}
      {last !== null && (
        <details class="last" open={last.changes.length > 0}>
          <summary>
            <span>
              {last.changes.length === 0
                ? '= the same as last time'
                : `≠ ${last.changes.length} different from last time`}{' '}
              <span class="muted">
                ({last.status}, <Time at={last.created_at} />)
              </span>
            </span>
          </summary>
          <Changes changes={last.changes} />
        </details>
      )}
      {payload !== null && (
        <JsonTree
          value={payload}
          label={`payload for ${destination}`}
          marked={linked.payload}
          onPoint={(row) => onPointPayload(row === null || row.path.length === 0 ? null : row.path)}
        />
      )}
    </div>
  );
}
